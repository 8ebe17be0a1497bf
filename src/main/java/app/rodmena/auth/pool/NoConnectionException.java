package app.rodmena.auth.pool;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.pool.event.RefusalReason;
import java.sql.SQLTransientConnectionException;

/** A caller received no connection. */
public final class NoConnectionException extends SQLTransientConnectionException {
    private static final long serialVersionUID = 1;

    private final RefusalReason reason;
    private final int retryAfterSeconds;

    NoConnectionException(RefusalReason reason, Throwable cause, int retryAfterSeconds) {
        super(
                cause == null ? reason.text() : reason.text() + ": " + cause.getMessage(),
                SqlState.UNABLE_TO_CONNECT,
                cause);
        this.reason = reason;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    NoConnectionException(RefusalReason reason, Throwable cause) {
        this(reason, cause, 0);
    }

    public RefusalReason reason() {
        return reason;
    }

    /** The time after which another attempt may succeed, in seconds; 0 if unknown. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
