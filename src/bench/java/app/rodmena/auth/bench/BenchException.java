package app.rodmena.auth.bench;

/** Ends the benchmark; the message is one line for the terminal. */
final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BenchException(String message) {
        super(message);
    }
}
