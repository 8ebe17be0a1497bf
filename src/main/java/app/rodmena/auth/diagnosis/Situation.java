package app.rodmena.auth.diagnosis;

/**
 * The state of the pool as a whole. The order is that of severity, the worst last; the worst second of a period is
 * chosen by it.
 */
public enum Situation {
    /** Each caller gets a connection, and no request has failed in the last 15 minutes. */
    WELL,
    /** The pool is well and no request fails; some failed in the last 15 minutes. */
    RECOVERING,
    /** The pool is well, but requests or attempts to connect failed in the last 10 seconds. */
    FAILING,
    /** At least one connection is held for a reason that an operator can fix, but others are available. */
    TROUBLED,
    /** Callers wait while opening a connection takes long or fails. */
    OPENING,
    /**
     * All connections are in use and callers wait, but each connection is returned soon: the load exceeds the capacity.
     * Or a pooler in front of PostgreSQL has no free server connection.
     */
    SATURATED,
    /**
     * As {@link #SATURATED}, and one tenant beside others has more than half of the waiting requests or connections.
     */
    NOISY_TENANT,
    /** PostgreSQL answers, but the tables do not exist yet. */
    NOT_PREPARED,
    /** An operator has suspended the pool: all callers wait. */
    SUSPENDED,
    /** Connections are available, but callers wait for a batch that is held for a reason that an operator can fix. */
    BLOCKED,
    /** Callers wait and no connection is in use, although connections are opened: each is lost before its first use. */
    STALLED,
    /** All connections are in use, at least one of them for a reason that an operator can fix. */
    EXHAUSTED,
    /** PostgreSQL refuses further connections, and the open ones do not suffice. */
    REFUSED,
    /** PostgreSQL is reachable, but sessions are not writable: it is a standby, or sessions are read-only. */
    NO_PRIMARY,
    /** PostgreSQL does not answer. */
    DATABASE_DOWN
}
