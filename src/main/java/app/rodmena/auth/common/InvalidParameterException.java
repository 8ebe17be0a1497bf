package app.rodmena.auth.common;

/**
 * A parameter of a query is invalid. The message is one line that names the parameter, its value and what is allowed.
 */
public final class InvalidParameterException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public InvalidParameterException(String message) {
        super(message);
    }
}
