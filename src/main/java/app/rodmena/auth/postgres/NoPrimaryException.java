package app.rodmena.auth.postgres;

import app.rodmena.auth.common.SqlState;
import java.sql.SQLException;
import java.util.Objects;

/**
 * PostgreSQL is reachable, but no writable session on a primary is available. Permission checks need a primary too: a
 * standby can return data that is older than an acknowledged revoke.
 */
public final class NoPrimaryException extends SQLException {
    private static final long serialVersionUID = 1;

    /** The problem. Its text contains no host name, so it is safe for responses. */
    public enum Reason {
        STANDBY("PostgreSQL is a standby, and a primary is required"),
        READ_ONLY("PostgreSQL's sessions are read-only (default_transaction_read_only is on), and writable ones are"
                + " required"),
        /** Of several hosts, no reachable one is a primary. */
        NONE_FOUND("no reachable host is a primary with writable sessions");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    private final Reason reason;

    /** @param servers the hosts and ports that were tried */
    public NoPrimaryException(Reason reason, String servers) {
        super("%s: %s".formatted(servers, reason.text), SqlState.READ_ONLY);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    public Reason reason() {
        return reason;
    }
}
