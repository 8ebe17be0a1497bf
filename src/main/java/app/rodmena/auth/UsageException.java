package app.rodmena.auth;

/** The command line or the environment is invalid. The message is one line and contains no secret. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }
}
