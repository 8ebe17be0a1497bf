package app.rodmena.auth.pool;

import app.rodmena.auth.events.PoolEvent;
import app.rodmena.auth.events.PoolEventKind;
import java.sql.SQLTransientConnectionException;
import java.util.Arrays;
import java.util.Optional;

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

        /** Which of them an event tells of that a wait ended without a connection; empty for another event. */
        public static Optional<Reason> of(PoolEvent event) {
            boolean isRefusal = event.kind() == PoolEventKind.TIMEOUT || event.kind() == PoolEventKind.REJECTED;
            return Arrays.stream(values())
                    .filter(reason -> isRefusal && event.cause().startsWith(reason.text))
                    .findFirst();
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
