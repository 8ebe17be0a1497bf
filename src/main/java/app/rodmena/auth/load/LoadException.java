package app.rodmena.auth.load;

/** Load could not be put on at all; the message says why in one line. */
public final class LoadException extends Exception {
    private static final long serialVersionUID = 1;

    LoadException(String message) {
        super(message);
    }

    LoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
