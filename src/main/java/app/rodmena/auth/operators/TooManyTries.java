package app.rodmena.auth.operators;

/** So many passwords wait to be tried that one more was not looked at: whether it is right is not known. */
public final class TooManyTries extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManyTries() {
        super("Too many logins wait already; try again in a second");
    }
}
