package app.rodmena.auth.events;

/**
 * What somebody wrote asks for no events that there could be. The message is one line: what is wrong, what is allowed.
 */
public final class InvalidEventQuery extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    InvalidEventQuery(String message) {
        super(message);
    }

    InvalidEventQuery(String message, Throwable cause) {
        super(message, cause);
    }
}
