package app.rodmena.auth.rbac;

/** A client key or a name that is none. The message says what is wrong and what is allowed, and is safe to be shown. */
public final class InvalidValueException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    InvalidValueException(String message) {
        super(message);
    }
}
