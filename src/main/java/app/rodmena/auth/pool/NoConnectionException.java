package app.rodmena.auth.pool;

import app.rodmena.auth.events.PoolEvent;
import app.rodmena.auth.events.PoolEventKind;
import java.sql.SQLTransientConnectionException;
import java.util.Arrays;
import java.util.Optional;

/** A caller received no connection. */
public final class NoConnectionException extends SQLTransientConnectionException {
    private static final long serialVersionUID = 1;

    /** The reason. */
    public enum Reason {
        /** No connection became free within pool_timeout. */
        TIMEOUT("no connection came free within pool_timeout"),
        /** max_waiting callers were already waiting. */
        REJECTED("max_waiting callers are already waiting for a connection"),
        /** No connection is open, and no connection can be opened. */
        DATABASE_DOWN("no connection is open and none can be opened"),
        /** The pool is closed. */
        CLOSED("the pool is closed"),
        /** The caller's thread was interrupted while it waited. */
        INTERRUPTED("interrupted while waiting for a connection"),
        /** The caller cancelled its request while it waited. */
        CANCELLED("cancelled while waiting for a connection");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** The reason of an event that ended a wait without a connection; empty for other events. */
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
