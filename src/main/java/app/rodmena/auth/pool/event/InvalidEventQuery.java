package app.rodmena.auth.pool.event;

/**
 * An event query has an invalid parameter. The message is one line that names the parameter, its value and what is
 * allowed.
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
