package app.rodmena.auth.capacity;

import app.rodmena.auth.database.ResizeGuard;
import app.rodmena.auth.pool.InvalidPoolSetting;
import app.rodmena.auth.pool.PoolSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses growth of a pool beyond PostgreSQL's limit for the fleet. Allows it with a warning if the limit cannot be
 * read.
 */
final class GrowthGuard implements ResizeGuard {
    private static final Logger LOG = LoggerFactory.getLogger("auth.capacity");

    private final FleetQuestions questions;

    GrowthGuard(FleetQuestions questions) {
        this.questions = questions;
    }

    /** The budget check of a change. */
    private interface Question {
        Turn ask() throws Unanswered, InterruptedException;
    }

    @Override
    public void check(PoolSettings now, PoolSettings wanted) {
        check(now, wanted, () -> questions.grow(now, wanted));
    }

    @Override
    public void rehearse(PoolSettings now, PoolSettings wanted) {
        check(now, wanted, () -> questions.couldGrow(now, wanted));
    }

    private static void check(PoolSettings now, PoolSettings wanted, Question question) {
        int more = wanted.maximum() - now.maximum();
        if (more <= 0) {
            return;
        }
        try {
            Turn turn = question.ask();
            if (!turn.fits()) {
                throw refusal(now, wanted, turn.fleet());
            }
        } catch (Unanswered e) {
            LOG.warn("The pool grows by {} connections without a budget check: {}", more, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("The pool grows by {} connections without a budget check: interrupted", more);
        }
    }

    private static InvalidPoolSetting refusal(PoolSettings now, PoolSettings wanted, Fleet fleet) {
        String reason = "would be %s connections more, of which the fleet has %s left: %s"
                .formatted(wanted.maximum() - now.maximum(), Math.max(0, fleet.headroom()), fleet.inWords());
        return wanted.poolSize() > now.poolSize()
                ? new InvalidPoolSetting("pool_size", wanted.poolSize(), reason)
                : new InvalidPoolSetting("max_overflow", wanted.maxOverflow(), reason);
    }
}
