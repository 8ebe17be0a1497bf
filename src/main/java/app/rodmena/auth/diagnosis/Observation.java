package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.PostgresSnapshot;
import app.rodmena.auth.database.DatabaseAvailability;
import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.QueueSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that one look saw, and nothing it concluded.
 *
 * @param before the pool before PostgreSQL was asked
 * @param after the pool afterwards
 * @param postgres what PostgreSQL said; empty if nothing
 * @param lastSeen what it said when it last did, while it says nothing
 * @param silence why it said nothing; empty if it did
 * @param outage why PostgreSQL can't be asked at all; empty if it can
 * @param availability whether requests can be answered
 * @param stacks where the threads were that have had connections for a while, by the connection's number
 * @param checkoutStacks where they took them, where that was recorded
 * @param pidsKnown whether backend pids are PostgreSQL's own: not behind PgBouncer
 * @param pace how fast connections come and go
 * @param failures what failed in the last fifteen minutes, the latest first
 * @param role the role the pool logs in as
 * @param database the database it connects to
 */
record Observation(
        PoolFacts before,
        PoolFacts after,
        Optional<PostgresSnapshot> postgres,
        Optional<PostgresSnapshot> lastSeen,
        String silence,
        Optional<Monitor.Outage> outage,
        DatabaseAvailability availability,
        Map<Integer, List<StackTraceElement>> stacks,
        Map<Integer, List<StackTraceElement>> checkoutStacks,
        boolean pidsKnown,
        Throughput pace,
        List<RecentFailure> failures,
        String role,
        String database) {
    private static final Duration MOMENT = Duration.ofSeconds(10);

    /** Whether callers wait for a connection, or did until they were refused a moment ago. */
    boolean isWanted() {
        return after.anybodyWaits()
                || failures.stream()
                        .filter(failure -> failure.ago().compareTo(MOMENT) < 0)
                        .anyMatch(failure ->
                                failure.kind() == FailureKind.POOL_TIMEOUT || failure.kind() == FailureKind.QUEUE_FULL);
    }

    /** The same, with the queue as it was when callers were refused. */
    Observation with(QueueSnapshot queue) {
        return new Observation(
                before,
                after.with(queue),
                postgres,
                lastSeen,
                silence,
                outage,
                availability,
                stacks,
                checkoutStacks,
                pidsKnown,
                pace,
                failures,
                role,
                database);
    }
}
