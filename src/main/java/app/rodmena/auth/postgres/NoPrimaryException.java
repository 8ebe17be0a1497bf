package app.rodmena.auth.postgres;

import java.sql.SQLException;
import java.util.Objects;

/**
 * PostgreSQL can be reached, but there is no writable session on a primary. Checks need one as much as writes do: what
 * a standby answers can be older than an acknowledged revoke.
 */
public final class NoPrimaryException extends SQLException {
    private static final long serialVersionUID = 1;

    /** read_only_sql_transaction: what PostgreSQL itself would answer to a write. */
    public static final String SQL_STATE = "25006";

    /** What there is instead; the text names no host. */
    public enum Reason {
        STANDBY("PostgreSQL is a standby here, and a primary is needed"),
        READ_ONLY("PostgreSQL's sessions are read-only (default_transaction_read_only is on), and writable ones are"
                + " needed"),
        /** Several hosts, and none that can be reached is a primary. */
        NONE_FOUND("none of the hosts that can be reached is a primary with writable sessions");

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
        super("%s: %s".formatted(servers, reason.text), SQL_STATE);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    public Reason reason() {
        return reason;
    }
}
