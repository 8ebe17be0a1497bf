package app.rodmena.auth.diagnosis;

import app.rodmena.auth.common.FirstLine;
import app.rodmena.auth.database.DatabaseAvailability;
import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.RecentFailures.FailureGroup;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.ConnectionRate.ConnectionStorm;
import app.rodmena.auth.diagnosis.PlanWatch.StatementPlan;
import app.rodmena.auth.pool.RefusalListener.QueueSnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The observed facts of one diagnosis, without conclusions. PostgreSQL's views, the outage and the failures are those
 * of {@link Diagnosis}.
 *
 * @param before the pool before the query to PostgreSQL
 * @param after the pool after the query
 * @param missingReason the reason why it did not answer; empty if it did, or during an outage
 * @param stacks the stacks of the threads that hold connections for 200 ms or longer, by connection number
 * @param pidsKnown whether backend pids are PostgreSQL's own, which they are not behind PgBouncer
 * @param pause the latest pause of this process; empty if there was none
 * @param storm many new sessions of other clients; empty if there are few
 * @param waits what the pool's statements wait for, by connection number
 * @param plans the known plans of the pool's statements, by connection number
 */
record Observation(
        PoolObservation before,
        PoolObservation after,
        Optional<PostgresSnapshot> postgres,
        Optional<PostgresSnapshot> lastSeen,
        String missingReason,
        Optional<Monitor.Outage> outage,
        DatabaseAvailability availability,
        Map<Integer, CapturedStacks> stacks,
        boolean pidsKnown,
        Throughput throughput,
        Optional<String> pause,
        Optional<ConnectionStorm> storm,
        Map<Integer, StatementWaits.Summary> waits,
        Map<Integer, StatementPlan> plans,
        List<FailureGroup> failures,
        String role,
        String database) {
    /**
     * The throughput of the pool.
     *
     * @param perSecond the check-ins per second since a previous observation, measured over at least 500 ms
     * @param medianUse the median time in use in the last minute; zero if there was none
     * @param saturated whether callers waited long, and all connections were in use at a time, in the last second
     */
    record Throughput(double perSecond, Duration medianUse, boolean saturated) {}

    /** The stacks of a thread that holds a connection, as in {@link app.rodmena.auth.pool.ConnectionView.Stacks}. */
    record CapturedStacks(List<StackTraceElement> now, List<StackTraceElement> atCheckout) {
        static final CapturedStacks NONE = new CapturedStacks(List.of(), List.of());
    }

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

    /** The SQLSTATE of the outage, or of the last failed attempt to connect; empty if there is neither. */
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

    /** The facts that a diagnosis lacks, one sentence each, with a remedy where there is one. */
    List<String> blindSpots() {
        List<String> spots = new ArrayList<>();
        if (postgres.isEmpty() && outage.isEmpty()) {
            spots.add("PostgreSQL's view is missing (%s): the verdicts use the client side only"
                    .formatted(missingReason));
        }
        postgres.ifPresent(view -> addBlindSpots(view, spots));
        if (postgres.isPresent() && !pidsKnown) {
            spots.add("Backend pids are unknown, for example behind PgBouncer: backends cannot be matched to"
                    + " connections");
        }
        return spots;
    }

    private static void addBlindSpots(PostgresSnapshot view, List<String> spots) {
        long hidden = view.backends().stream().filter(Backend::hidden).count();
        if (hidden > 0) {
            spots.add("Role %s may not see the activity of %s; as a superuser: grant pg_read_all_stats to \"%s\""
                    .formatted(
                            view.role(), Formats.count((int) hidden, "other session", "other sessions"), view.role()));
        }
        long unknownLocks = view.backends().stream()
                .filter(backend -> backend.waitsForLock() && backend.lockWait().isEmpty())
                .count();
        if (unknownLocks > 0) {
            spots.add("PostgreSQL did not report in time which session holds the lock that %s"
                    .formatted(unknownLocks == 1 ? "1 session waits for" : unknownLocks + " sessions wait for"));
        }
        if (view.backends().stream().anyMatch(backend -> backend.state().equals("disabled"))) {
            spots.add("PostgreSQL does not track the activity of its backends: set track_activities = on");
        }
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
                pidsKnown,
                throughput,
                pause,
                storm,
                waits,
                plans,
                failures,
                role,
                database);
    }
}
