package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.OpeningView;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.pool.PoolView;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** Tells what the pool is like as a whole. A pure function. */
final class Situations {
    private static final Duration SLOW_OPENING = Duration.ofSeconds(1);

    /** While places are free, callers wait only for the batch before theirs, and not for longer than that. */
    private static final Duration TURN = Duration.ofMillis(250);

    /** Insufficient resources: too many connections, too many for this role or database, out of memory. */
    private static final String REFUSED = "53";

    private Situations() {}

    static Situation of(Observed observed, List<Holder> holders) {
        PoolSnapshot numbers = observed.after().view().numbers();
        OpeningView opening = observed.after().opening();
        if (observed.after().view().suspended()) {
            return Situation.SUSPENDED;
        }
        if (observed.outage().isPresent()) {
            boolean refused =
                    observed.outage().map(Monitor.Outage::sqlState).orElse("").startsWith(REFUSED);
            return refused ? Situation.REFUSED : Situation.DATABASE_DOWN;
        }
        if (observed.availability().keptBack()) {
            return Situation.SATURATED;
        }
        if (!observed.availability().migrated()) {
            return Situation.NOT_PREPARED;
        }
        // For a moment there is always somebody who has no connection yet.
        boolean lacking = numbers.waiting() > 0
                || Math.min(opening.borrowers(), observed.before().opening().borrowers()) > 0;
        if (lacking && isRefused(opening)) {
            return Situation.REFUSED;
        }
        if (holders.stream().anyMatch(holder -> holder.verdict().isTrouble())) {
            return waitsForPlace(observed)
                    ? Situation.EXHAUSTED
                    : waitsForBatch(observed) ? Situation.BLOCKED : Situation.TROUBLED;
        }
        if (opening.borrowers() > 0 && isHard(opening)) {
            return Situation.OPENING;
        }
        boolean nobody = numbers.waiting() == 0;
        return nobody || !(waitsForPlace(observed) || waitsForBatch(observed)) ? Situation.WELL : Situation.SATURATED;
    }

    /** Whether who comes now has to wait until a connection is given back. */
    private static boolean waitsForPlace(Observed observed) {
        return !hasRoom(observed.after().view().numbers());
    }

    /** Whether somebody has to wait for long although there are places: for a batch of the same kind to end. */
    static boolean waitsForBatch(Observed observed) {
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

    private static boolean isRefused(OpeningView opening) {
        return opening.failure()
                .map(SQLException::getSQLState)
                .map(state -> state.startsWith(REFUSED))
                .orElse(false);
    }
}
