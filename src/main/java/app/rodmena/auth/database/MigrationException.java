package app.rodmena.auth.database;

/** A failed migration of the tables; the message says why and is safe for responses. */
public final class MigrationException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean worthRetrying;

    MigrationException(String message, boolean worthRetrying, Throwable cause) {
        super(message, cause);
        this.worthRetrying = worthRetrying;
    }

    /** Whether a retry may succeed without intervention: PostgreSQL was unreachable or busy. */
    public boolean worthRetrying() {
        return worthRetrying;
    }
}
