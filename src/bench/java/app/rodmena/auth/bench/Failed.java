package app.rodmena.auth.bench;

/** The benchmark can't go on; the message is the one line to tell. */
final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Failed(String message) {
        super(message);
    }
}
