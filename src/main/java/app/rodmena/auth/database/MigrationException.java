package app.rodmena.auth.database;

/** The tables could not be brought into the shape this server needs; the message says why, and is safe to be shown. */
public final class MigrationException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean worthRetrying;

    MigrationException(String message, boolean worthRetrying, Throwable cause) {
        super(message, cause);
        this.worthRetrying = worthRetrying;
    }

    /** Whether the same attempt may succeed later without anybody changing anything: the server was away, or busy. */
    public boolean worthRetrying() {
        return worthRetrying;
    }
}
