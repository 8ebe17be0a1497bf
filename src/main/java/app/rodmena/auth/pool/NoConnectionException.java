package app.rodmena.auth.pool;

import java.sql.SQLTransientConnectionException;

/** A caller got no connection. */
public final class NoConnectionException extends SQLTransientConnectionException {
    private static final long serialVersionUID = 1;

    /** Why not. */
    public enum Reason {
        /** None came free within pool_timeout. */
        TIMEOUT("no connection came free within pool_timeout"),
        /** More than max_waiting callers waited already. */
        REJECTED("max_waiting callers wait for a connection already"),
        /** None is open, and PostgreSQL lets none be opened. */
        DATABASE_DOWN("no connection is open and none can be opened"),
        /** The pool is closed. */
        CLOSED("the pool is closed"),
        /** The caller's thread was interrupted while it waited. */
        INTERRUPTED("interrupted while waiting for a connection"),
        /** The caller cancelled its question while it waited. */
        CANCELLED("cancelled while waiting for a connection");

        private final String text;

        Reason(String text) {
            this.text = text;
        }
    }

    private final Reason reason;

    NoConnectionException(Reason reason, Throwable cause) {
        super(cause == null ? reason.text : reason.text + ": " + cause.getMessage(), "08001", cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
