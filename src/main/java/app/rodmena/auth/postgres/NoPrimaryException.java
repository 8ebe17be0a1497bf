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

    /** @param servers the hosts and ports that were tried, separated by commas */
    public NoPrimaryException(Reason reason, String servers) {
        super(message(reason, servers), SqlState.READ_ONLY);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    private static String message(Reason reason, String servers) {
        return reason == Reason.NONE_FOUND
                ? "connected to a standby or a read-only server: no primary among " + servers.replace(",", ", ")
                : "%s: %s".formatted(servers, reason.text);
    }

    public Reason reason() {
        return reason;
    }
}
