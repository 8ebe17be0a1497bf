package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;

/** What kind of session is at the head of a chain of lock waits; determines how it can be ended. */
public enum BlockerKind {
    /** A session of this process. */
    OURS(""),
    /** A session of another instance of this server. */
    INSTANCE("another instance of this server"),
    /**
     * An autovacuum worker. PostgreSQL cancels it for a waiting session, unless it prevents transaction ID wraparound.
     */
    AUTOVACUUM(""),
    /** A transaction prepared for two-phase commit, which has no session. */
    PREPARED_TRANSACTION(""),
    /** A session of a standby, a subscription, or a tool that uses the replication protocol. */
    REPLICATION("replication session"),
    /** A session of a superuser, which the pool's role may not end. */
    SUPERUSER("superuser"),
    /** A session of another client. */
    CLIENT("");

    private final String label;

    BlockerKind(String label) {
        this.label = label;
    }

    /** The kind in a sentence; empty if the session's other names say it. */
    String label() {
        return label;
    }

    static BlockerKind of(Backend backend) {
        if (backend.type().equals("autovacuum worker")) {
            return AUTOVACUUM;
        }
        if (backend.type().equals("walsender") || backend.type().startsWith("logical replication")) {
            return REPLICATION;
        }
        return switch (backend.owner()) {
            case POOL, OURS -> OURS;
            case SIBLING -> INSTANCE;
            case OTHER -> backend.superuser() && !backend.endable() ? SUPERUSER : CLIENT;
        };
    }
}
