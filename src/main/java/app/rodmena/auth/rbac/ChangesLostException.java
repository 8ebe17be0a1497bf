package app.rodmena.auth.rbac;

/** The changes after a cursor are not complete any more. The message is sent to the client. */
public final class ChangesLostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    public enum Reason {
        /** Some are older than the time for which changes are kept. */
        CHANGES_REMOVED("Changes after this cursor have been removed; read the lists again, and continue with latest"),
        /** The database was restored or moved, or another PostgreSQL became primary; it may lack changes. */
        DATABASE_REPLACED(
                "The database was restored, moved or failed over after this cursor; read the lists again, and continue"
                        + " with latest");

        private final String message;

        Reason(String message) {
            this.message = message;
        }
    }

    ChangesLostException(Reason reason) {
        super(reason.message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
