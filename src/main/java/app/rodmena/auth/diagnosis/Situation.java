package app.rodmena.auth.diagnosis;

/** What the pool is like as a whole. */
public enum Situation {
    /** Each caller gets a connection, and no request has failed in the last fifteen minutes. */
    WELL,
    /** The pool is well, and no request fails any more; some did in the last fifteen minutes. */
    RECOVERING,
    /** The pool is well now, but requests, or attempts to connect, failed in the last ten seconds. */
    FAILING,
    /** Somebody has one for too long, but there are others left. */
    TROUBLED,
    /** Places are free, but callers wait for the batch before theirs, which is out for a reason that can be mended. */
    BLOCKED,
    /** All are out, at least one of them for a reason that can be mended. */
    EXHAUSTED,
    /**
     * All are in use and callers wait, but each connection comes back soon: the load is more than they can serve. Or a
     * pooler in front of PostgreSQL has no server connection to give.
     */
    SATURATED,
    /** Callers wait while a connection is being opened, which takes long or has failed. */
    OPENING,
    /** Callers wait and no connection is out, although connections are opened: each is lost before it is used. */
    STALLED,
    /** No more connections can be opened, and those that are open do not suffice. */
    REFUSED,
    /** PostgreSQL can be reached, but no primary with writable sessions: a standby, or read-only sessions. */
    NO_PRIMARY,
    /** PostgreSQL does not answer. */
    DATABASE_DOWN,
    /** PostgreSQL answers, but the tables are not there yet. */
    NOT_PREPARED,
    /** An operator makes everybody wait. */
    SUSPENDED
}
