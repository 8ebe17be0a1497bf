package app.rodmena.auth.postgres.embedded;

/** The embedded PostgreSQL failed to start; the message is one line with the reason and what the operator can do. */
public final class EmbeddedDatabaseException extends Exception {
    private static final long serialVersionUID = 1;

    EmbeddedDatabaseException(String message) {
        super(message);
    }

    EmbeddedDatabaseException(String message, Throwable cause) {
        super(message, cause);
    }
}
