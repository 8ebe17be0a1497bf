package app.rodmena.auth.security;

/** An operators file that is invalid or unreadable. The message is one line that names the file and says what to do. */
public final class OperatorsException extends Exception {
    private static final long serialVersionUID = 1;

    OperatorsException(String message) {
        super(message);
    }

    OperatorsException(String message, Exception cause) {
        super(message, cause);
    }
}
