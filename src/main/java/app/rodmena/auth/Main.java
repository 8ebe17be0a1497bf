package app.rodmena.auth;

/** The process. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {}
}
