package app.rodmena.auth.rbac;

/** An invalid client key or name. The message says what is wrong and what is allowed; it is safe for responses. */
public final class InvalidValueException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    InvalidValueException(String message) {
        super(message);
    }
}
