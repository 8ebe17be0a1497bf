package app.rodmena.auth;

/**
 * What somebody asked of the command line or the environment can't be. The message is one line, and shows no secret.
 */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }
}
