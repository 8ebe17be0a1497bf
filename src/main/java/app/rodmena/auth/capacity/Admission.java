package app.rodmena.auth.capacity;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.Monitor.Outage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides, once, whether this process fits into its fleet. Processes that start at the same moment decide in turn, each
 * counting those that have decided before. {@link #attempt} is for one thread.
 */
final class Admission {
    private static final Logger LOG = LoggerFactory.getLogger("auth.capacity");

    /** One that must not run where there is no room waits so long for some: another may just be going. */
    private static final Duration WAIT_FOR_ROOM = Duration.ofSeconds(3);

    /** A process that is to be refused does not serve before that; it may be the last of many that decide in turn. */
    private static final Duration WHILE_POSTGRES_IS_THERE = Duration.ofSeconds(30);

    private static final String TOO_MANY_CONNECTIONS = "53300";

    private final DatabaseEngine engine;
    private final FleetQuestions questions;
    private final Budget budget;
    private final CompletableFuture<Optional<BudgetExceeded>> decision = new CompletableFuture<>();
    private long noRoomSince;

    Admission(DatabaseEngine engine, FleetQuestions questions, Budget budget) {
        this.engine = engine;
        this.questions = questions;
        this.budget = budget;
        if (budget == Budget.OFF) {
            decision.complete(Optional.empty());
        }
    }

    boolean isDecided() {
        return decision.isDone();
    }

    /** Completed with why this process can't run, or with nothing. */
    CompletableFuture<Optional<BudgetExceeded>> decision() {
        return decision;
    }

    /**
     * Waits for the decision: until the time is over, or if PostgreSQL is there then for up to 30 s more, or until the
     * thread is interrupted, which it stays.
     *
     * @throws BudgetExceeded if this process can't run
     */
    void await(Duration most) {
        try {
            Optional<BudgetExceeded> refusal = decidedWithin(most);
            if (refusal.isPresent()) {
                throw refusal.get();
            }
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("Whether the fleet has room for this process will be decided as soon as PostgreSQL answers");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<BudgetExceeded> decidedWithin(Duration most)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return decision.get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            Optional<Outage> outage = engine.monitor().outage();
            if (outage.isPresent() && !isFull(outage)) {
                throw e;
            }
            return decision.get(WHILE_POSTGRES_IS_THERE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Tries to decide.
     *
     * @return the fleet that was seen
     * @throws Unanswered if PostgreSQL can't be asked now
     */
    Fleet attempt() throws Unanswered, InterruptedException {
        Demand own = Demand.of(engine.settings()).withWorkers(1);
        Turn turn;
        try {
            questions.arrive();
            turn = questions.enter(engine.instance(), own, budget != Budget.REFUSE);
        } catch (Unanswered e) {
            if (e.isLasting()) {
                LOG.warn("The fleet's budget is not watched: {}", e.getMessage());
                decision.complete(Optional.empty());
            } else if (isFull(engine.monitor().outage())) {
                noRoom("PostgreSQL has no connection left, not even for the one that watches");
            }
            throw e;
        }
        if (turn.fits()) {
            decision.complete(Optional.empty());
        } else {
            noRoom("no room for the %s connections that this process may open (%s + %s, and one that watches): %s"
                    .formatted(
                            own.total(),
                            own.poolSize(),
                            own.maxOverflow(),
                            turn.fleet().inWords()));
        }
        return turn.fleet();
    }

    private static boolean isFull(Optional<Outage> outage) {
        return outage.filter(known -> known.sqlState().equals(TOO_MANY_CONNECTIONS))
                .isPresent();
    }

    private void noRoom(String reason) {
        if (budget == Budget.WARN) {
            LOG.warn("The fleet does not fit: {}", reason);
            decision.complete(Optional.empty());
            return;
        }
        long now = System.nanoTime();
        if (noRoomSince == 0) {
            noRoomSince = now;
        } else if (now - noRoomSince > WAIT_FOR_ROOM.toNanos()) {
            engine.suspend();
            decision.complete(Optional.of(new BudgetExceeded(
                    "%s. ./run.sh capacity tells what would do; --budget warn lets it run".formatted(reason))));
        }
    }
}
