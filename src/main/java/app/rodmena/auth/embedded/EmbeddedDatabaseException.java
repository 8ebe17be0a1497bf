package app.rodmena.auth.embedded;

/** The embedded PostgreSQL can't be had; the message is one line that tells the operator why and what to do. */
public final class EmbeddedDatabaseException extends Exception {
    private static final long serialVersionUID = 1;

    EmbeddedDatabaseException(String message) {
        super(message);
    }

    EmbeddedDatabaseException(String message, Throwable cause) {
        super(message, cause);
    }
}
