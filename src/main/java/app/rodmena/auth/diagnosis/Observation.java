package app.rodmena.auth.diagnosis;

import app.rodmena.auth.common.FirstLine;
import app.rodmena.auth.database.DatabaseAvailability;
import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.ConnectionRate.ConnectionStorm;
import app.rodmena.auth.diagnosis.Diagnosis.RecentFailure;
import app.rodmena.auth.diagnosis.PlanWatch.StatementPlan;
import app.rodmena.auth.pool.QueueSnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The observed facts of one diagnosis, without conclusions.
 *
 * @param before the pool before the query to PostgreSQL
 * @param after the pool after the query
 * @param postgres PostgreSQL's view; empty if PostgreSQL did not answer
 * @param lastSeen PostgreSQL's last view before it stopped answering; empty while it answers, or if there is none
 * @param missingReason the reason why it did not answer; empty if it did, or during an outage
 * @param outage the reason why PostgreSQL cannot be queried; empty if it can
 * @param availability the availability of the database to requests
 * @param stacks the current stacks of the threads that hold connections for 200 ms or longer, by connection number
 * @param checkoutStacks the stacks at their checkouts, by connection number; empty lists where none was recorded
 * @param pidsKnown whether backend pids are PostgreSQL's own, which they are not behind PgBouncer
 * @param throughput the throughput of the pool
 * @param storm many new sessions of other clients; empty if there are few
 * @param waits what the pool's statements wait for, by connection number
 * @param plans the known plans of the pool's statements, by connection number
 * @param failures the failures of the last 15 minutes, the latest first
 * @param role the role of the pool's connections
 * @param database the database of the pool's connections
 */
record Observation(
        PoolObservation before,
        PoolObservation after,
        Optional<PostgresSnapshot> postgres,
        Optional<PostgresSnapshot> lastSeen,
        String missingReason,
        Optional<Monitor.Outage> outage,
        DatabaseAvailability availability,
        Map<Integer, List<StackTraceElement>> stacks,
        Map<Integer, List<StackTraceElement>> checkoutStacks,
        boolean pidsKnown,
        Throughput throughput,
        Optional<ConnectionStorm> storm,
        Map<Integer, StatementWaits.Summary> waits,
        Map<Integer, StatementPlan> plans,
        List<RecentFailure> failures,
        String role,
        String database) {
    /**
     * The throughput of the pool.
     *
     * @param perSecond the check-ins per second since a previous observation, measured over at least 500 ms
     * @param medianUse the median time in use in the last minute; zero if there was none
     */
    record Throughput(double perSecond, Duration medianUse) {}

    private static final Duration RECENT = Duration.ofSeconds(10);

    /** The failures of requests that the admission queue refused while the database answered. */
    private static final Set<FailureKind> REFUSED_BY_QUEUE = EnumSet.of(
            FailureKind.POOL_TIMEOUT, FailureKind.DEADLINE_EXCEEDED, FailureKind.QUEUE_FULL, FailureKind.OVERLOADED);

    /** Whether callers wait for a connection, or were refused after a wait within the last 10 s. */
    boolean isContended() {
        return after.hasWaiters()
                || failures.stream()
                        .filter(failure -> failure.ago().compareTo(RECENT) < 0)
                        .anyMatch(failure -> REFUSED_BY_QUEUE.contains(failure.kind()));
    }

    /**
     * The SQLSTATE with which PostgreSQL cannot be queried, or the last connection attempt failed; empty if neither.
     */
    String refusalState() {
        return outage.map(Monitor.Outage::sqlState)
                .or(() -> after.opening().failure().map(SQLException::getSQLState))
                .orElse("");
    }

    /** The message from the source of {@link #refusalState} if it has one, one line; else from the other source. */
    String refusalMessage() {
        return outage.map(Monitor.Outage::message)
                .or(() -> after.opening().failure().map(SQLException::getMessage))
                .map(FirstLine::of)
                .orElse("");
    }

    /** A copy with the queue at the time of a refusal. */
    Observation with(QueueSnapshot queue) {
        return new Observation(
                before,
                after.with(queue),
                postgres,
                lastSeen,
                missingReason,
                outage,
                availability,
                stacks,
                checkoutStacks,
                pidsKnown,
                throughput,
                storm,
                waits,
                plans,
                failures,
                role,
                database);
    }
}
