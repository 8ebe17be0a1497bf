package app.rodmena.auth.diagnosis.history;

import app.rodmena.auth.schema.Description;

/** A line of the tree of blocking sessions. */
@Description(
        "A session of a chain of lock waits, or equal ones; the sessions that it blocks follow with a higher depth")
public record ChainLink(
        @Description(value = "Depth in the tree: 0 for a session that waits for no lock", unit = "levels")
        int depth,

        @Description(value = "PID of the backend; -1 for several sessions, 0 for a prepared transaction", unit = "pid")
        int pid,

        @Description("The session, for example pid 4123 (psql), or the route of callers of the pool")
        String session,

        @Description("Its wait event, or its state while no statement runs")
        String waitEvent,

        @Description("Its statement: the name or the masked text")
        String statement,

        @Description(value = "Number of sessions", unit = "sessions")
        int count) {}
