package app.rodmena.auth.pool;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.pool.event.RefusalReason;
import java.sql.SQLTransientConnectionException;

/** A caller received no connection. */
public final class NoConnectionException extends SQLTransientConnectionException {
    private static final long serialVersionUID = 1;

    private final RefusalReason reason;

    NoConnectionException(RefusalReason reason, Throwable cause) {
        super(
                cause == null ? reason.text() : reason.text() + ": " + cause.getMessage(),
                SqlState.UNABLE_TO_CONNECT,
                cause);
        this.reason = reason;
    }

    public RefusalReason reason() {
        return reason;
    }
}
