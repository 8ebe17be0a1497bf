package app.rodmena.auth.diagnosis.history;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Sessions or callers with the same activity in one second.
 *
 * @param pid the PID of the backend if it blocks others or is not of the pool; else {@link #NONE}
 * @param blockedBy the PID of its direct blocker; {@link #NONE} if it waits for no lock
 * @param session the session's label if it blocks others, such as {@code pid 4123 (psql)}; else empty
 * @param waitEvent the wait event, or the state while no statement runs
 * @param statement the statement's name or masked text
 * @param route the route of the callers; empty for sessions outside of the pool
 * @param blocker the label of the head of its chain of blockers; empty if it waits for no lock
 * @param count the number of sessions or callers
 */
record Sample(
        Kind kind,
        int pid,
        int blockedBy,
        String session,
        String waitEvent,
        String statement,
        String route,
        String blocker,
        int count) {
    /** No backend. PostgreSQL uses the PID 0 for prepared transactions. */
    static final int NONE = -1;

    /** Stands for the activities that exceed the limits of the history. */
    static final String OTHER = "(other)";

    enum Kind {
        /** A session outside of the pool that blocks the pool's sessions. */
        BLOCKER,
        /** A connection of the pool in use. */
        POOL,
        /** Callers that wait for a connection. */
        WAITER
    }

    Sample withCount(int number) {
        return new Sample(kind, pid, blockedBy, session, waitEvent, statement, route, blocker, number);
    }

    Stream<String> names() {
        return Stream.of(session, waitEvent, statement, route, blocker);
    }

    Sample withNames(UnaryOperator<String> change) {
        return new Sample(
                kind,
                pid,
                blockedBy,
                change.apply(session),
                change.apply(waitEvent),
                change.apply(statement),
                change.apply(route),
                change.apply(blocker),
                count);
    }

    static Sample other(Kind kind) {
        return new Sample(kind, NONE, NONE, OTHER, OTHER, OTHER, OTHER, "", 1);
    }
}
