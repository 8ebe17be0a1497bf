package app.rodmena.auth.diagnosis;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.OpeningView;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.PoolView;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** Classifies the state of the pool as a whole. A pure function. */
final class SituationClassifier {
    private static final Duration SLOW_OPENING = Duration.ofSeconds(1);

    /** The maximum normal wait while connections are available: for the preceding batch of the same kind. */
    private static final Duration NORMAL_BATCH_WAIT = Duration.ofMillis(250);

    /**
     * The SQLSTATE prefixes of a refused login: insufficient resources (too many connections, in total or for this role
     * or database), invalid authorization, no such database, no privilege to connect, a database that allows no
     * connections.
     */
    private static final List<String> REFUSAL_STATES =
            List.of("53", "28", "3D", SqlState.INSUFFICIENT_PRIVILEGE, SqlState.WRONG_OBJECT_STATE);

    /** The time after the last failure during which the situation is {@link Situation#FAILING}. */
    private static final Duration FAILING_PERIOD = Duration.ofSeconds(10);

    /** From this number on, new connections without a checkout count as lost; one or two may still be checked out. */
    private static final int LOST_CONNECTS = 3;

    private SituationClassifier() {}

    static Situation of(Observation observation, List<Holder> holders) {
        PoolSnapshot pool = observation.after().view().numbers();
        OpeningView opening = observation.after().opening();
        if (observation.after().view().suspended()) {
            return Situation.SUSPENDED;
        }
        if (observation.outage().isPresent()) {
            return ofOutage(observation.outage().get());
        }
        if (observation.availability().keptBack()) {
            return Situation.SATURATED;
        }
        if (!observation.availability().migrated()) {
            return Situation.NOT_PREPARED;
        }
        if (opening.downSince().isPresent()) {
            return failedWith(opening, SqlState.READ_ONLY::equals) ? Situation.NO_PRIMARY : Situation.REFUSED;
        }
        // A caller without a connection is normal for a short time, so both views must show one.
        boolean lacksConnection = pool.waiting() > 0
                || Math.min(opening.acquiring(), observation.before().opening().acquiring()) > 0;
        if (lacksConnection && failedWith(opening, SituationClassifier::isRefusal)) {
            return Situation.REFUSED;
        }
        boolean stalled = waitsWithoutUse(observation.before()) && waitsWithoutUse(observation.after());
        if (stalled && opening.unused() >= LOST_CONNECTS) {
            return Situation.STALLED;
        }
        if (holders.stream().anyMatch(holder -> holder.verdict().isTrouble())) {
            return isFull(observation)
                    ? Situation.EXHAUSTED
                    : waitsForBatch(observation) ? Situation.BLOCKED : Situation.TROUBLED;
        }
        if (opening.acquiring() > 0 && isSlowOrFailing(opening)) {
            return Situation.OPENING;
        }
        if (stalled && observation.after().view().oldestWait().compareTo(SLOW_OPENING) >= 0) {
            return Situation.STALLED;
        }
        if (pool.waiting() > 0 && (isFull(observation) || waitsForBatch(observation))) {
            return NoisyTenant.of(observation, holders).isPresent() ? Situation.NOISY_TENANT : Situation.SATURATED;
        }
        return observation.failures().stream()
                .findFirst()
                .map(last -> last.ago().compareTo(FAILING_PERIOD) < 0 ? Situation.FAILING : Situation.RECOVERING)
                .orElse(Situation.WELL);
    }

    /** Whether callers wait and no connection is in use. */
    private static boolean waitsWithoutUse(PoolObservation pool) {
        return pool.view().numbers().checkedOut() == 0
                && pool.view().numbers().waiting() + pool.opening().acquiring() > 0;
    }

    /** Whether a new caller has to wait for a check-in. */
    private static boolean isFull(Observation observation) {
        return !hasFreePermit(observation.after().view().numbers());
    }

    /**
     * Whether a caller waits unusually long for a batch of the same kind to end, although connections are available.
     */
    static boolean waitsForBatch(Observation observation) {
        PoolView view = observation.after().view();
        return view.numbers().waiting() > 0
                && view.numbers().checkedOut() > 0
                && hasFreePermit(view.numbers())
                && !view.suspended()
                && view.oldestWait().compareTo(NORMAL_BATCH_WAIT) >= 0;
    }

    private static boolean hasFreePermit(PoolSnapshot pool) {
        return pool.checkedOut() < pool.maximum();
    }

    private static boolean isSlowOrFailing(OpeningView opening) {
        return opening.failure().isPresent()
                || opening.attempt()
                        .filter(time -> time.compareTo(SLOW_OPENING) >= 0)
                        .isPresent();
    }

    private static Situation ofOutage(Monitor.Outage outage) {
        if (outage.sqlState().equals(SqlState.READ_ONLY)) {
            return Situation.NO_PRIMARY;
        }
        return isRefusal(outage.sqlState()) ? Situation.REFUSED : Situation.DATABASE_DOWN;
    }

    private static boolean failedWith(OpeningView opening, Predicate<String> sqlState) {
        return opening.failure().map(SQLException::getSQLState).filter(sqlState).isPresent();
    }

    static boolean isRefusal(String sqlState) {
        return REFUSAL_STATES.stream().anyMatch(sqlState::startsWith);
    }
}
