package app.rodmena.auth.settings;

/** The command line or the environment is invalid. The message is one line and contains no secret. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UsageException(String message) {
        super(message);
    }
}
