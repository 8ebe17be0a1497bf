package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.OpeningView;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.postgres.NoPrimaryException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** Tells what the pool is like as a whole. A pure function. */
final class SituationClassifier {
    private static final Duration SLOW_OPENING = Duration.ofSeconds(1);

    /** While places are free, callers wait only for the batch before theirs, and not for longer than that. */
    private static final Duration TURN = Duration.ofMillis(250);

    /**
     * PostgreSQL is there and refuses a login: insufficient resources (too many connections, too many for this role or
     * database), invalid authorization, no such database, one that the role may not connect to, or no role may.
     */
    private static final List<String> REFUSED = List.of("53", "28", "3D", "42501", "55000");

    /** Until so long after the last failure requests are still said to fail. */
    private static final Duration FAILING = Duration.ofSeconds(10);

    /** One or two new connections without a checkout may still be handed out; so many were lost. */
    private static final int LOST_CONNECTS = 3;

    private SituationClassifier() {}

    static Situation of(Observation observed, List<Holder> holders) {
        PoolSnapshot numbers = observed.after().view().numbers();
        OpeningView opening = observed.after().opening();
        if (observed.after().view().suspended()) {
            return Situation.SUSPENDED;
        }
        if (observed.outage().isPresent()) {
            return ofOutage(observed.outage().get());
        }
        if (observed.availability().keptBack()) {
            return Situation.SATURATED;
        }
        if (!observed.availability().migrated()) {
            return Situation.NOT_PREPARED;
        }
        if (opening.downSince().isPresent()) {
            return failedWith(opening, NoPrimaryException.SQL_STATE::equals) ? Situation.NO_PRIMARY : Situation.REFUSED;
        }
        // For a moment there is always somebody who has no connection yet.
        boolean lacking = numbers.waiting() > 0
                || Math.min(opening.borrowers(), observed.before().opening().borrowers()) > 0;
        if (lacking && failedWith(opening, SituationClassifier::isRefusal)) {
            return Situation.REFUSED;
        }
        boolean stalled = lacksAll(observed.before()) && lacksAll(observed.after());
        if (stalled && opening.unused() >= LOST_CONNECTS) {
            return Situation.STALLED;
        }
        if (holders.stream().anyMatch(holder -> holder.verdict().isTrouble())) {
            return waitsForPlace(observed)
                    ? Situation.EXHAUSTED
                    : waitsForBatch(observed) ? Situation.BLOCKED : Situation.TROUBLED;
        }
        if (opening.borrowers() > 0 && isHard(opening)) {
            return Situation.OPENING;
        }
        if (stalled && observed.after().view().oldestWait().compareTo(SLOW_OPENING) >= 0) {
            return Situation.STALLED;
        }
        if (numbers.waiting() > 0 && (waitsForPlace(observed) || waitsForBatch(observed))) {
            return Situation.SATURATED;
        }
        return observed.failures().stream()
                .findFirst()
                .map(last -> last.ago().compareTo(FAILING) < 0 ? Situation.FAILING : Situation.RECOVERING)
                .orElse(Situation.WELL);
    }

    /** Callers wait, and no connection is out. */
    private static boolean lacksAll(PoolFacts facts) {
        return facts.view().numbers().checkedOut() == 0
                && facts.view().numbers().waiting() + facts.opening().borrowers() > 0;
    }

    /** Whether who comes now has to wait until a connection is given back. */
    private static boolean waitsForPlace(Observation observed) {
        return !hasRoom(observed.after().view().numbers());
    }

    /** Whether somebody has to wait for long although there are places: for a batch of the same kind to end. */
    static boolean waitsForBatch(Observation observed) {
        PoolView view = observed.after().view();
        return view.numbers().waiting() > 0
                && view.numbers().checkedOut() > 0
                && hasRoom(view.numbers())
                && !view.suspended()
                && view.oldestWait().compareTo(TURN) >= 0;
    }

    private static boolean hasRoom(PoolSnapshot numbers) {
        return numbers.checkedOut() < numbers.poolSize() + numbers.maxOverflow();
    }

    private static boolean isHard(OpeningView opening) {
        return opening.failure().isPresent()
                || opening.attempt()
                        .filter(time -> time.compareTo(SLOW_OPENING) >= 0)
                        .isPresent();
    }

    private static Situation ofOutage(Monitor.Outage outage) {
        if (outage.sqlState().equals(NoPrimaryException.SQL_STATE)) {
            return Situation.NO_PRIMARY;
        }
        return isRefusal(outage.sqlState()) ? Situation.REFUSED : Situation.DATABASE_DOWN;
    }

    private static boolean failedWith(OpeningView opening, Predicate<String> sqlState) {
        return opening.failure().map(SQLException::getSQLState).filter(sqlState).isPresent();
    }

    static boolean isRefusal(String sqlState) {
        return REFUSED.stream().anyMatch(sqlState::startsWith);
    }
}
