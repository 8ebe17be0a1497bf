package app.rodmena.auth.capacity;

import app.rodmena.auth.common.SqlState;
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
 * Decides once, at start, whether PostgreSQL has room for this process in its fleet. Processes that start concurrently
 * decide one after the other, and each counts those that have decided before it. {@link #attempt} is not thread-safe.
 */
final class FleetAdmission {
    private static final Logger LOG = LoggerFactory.getLogger("auth.capacity");

    /** The maximum wait for room before this process is refused: another process may be stopping. */
    private static final Duration WAIT_FOR_ROOM = Duration.ofSeconds(3);

    /** The maximum wait of the start for the decision: a process that may be refused serves no requests before it. */
    private static final Duration WAIT_WHILE_REACHABLE = Duration.ofSeconds(30);

    private final DatabaseEngine engine;
    private final FleetQueries queries;
    private final BudgetPolicy budget;
    private final CompletableFuture<Optional<BudgetExceededException>> decision = new CompletableFuture<>();
    private long noRoomSince;

    FleetAdmission(DatabaseEngine engine, FleetQueries queries, BudgetPolicy budget) {
        this.engine = engine;
        this.queries = queries;
        this.budget = budget;
        if (budget == BudgetPolicy.OFF) {
            decision.complete(Optional.empty());
        }
    }

    boolean isDecided() {
        return decision.isDone();
    }

    /** Completes with the reason why this process must not run, or empty if it may. */
    CompletableFuture<Optional<BudgetExceededException>> decision() {
        return decision;
    }

    /**
     * Waits for the decision until the time is over, or for up to 30 s more if PostgreSQL answers by then. If the
     * thread is interrupted, returns early and keeps the interrupt status.
     *
     * @throws BudgetExceededException if this process must not run
     */
    void awaitDecision(Duration timeout) {
        try {
            Optional<BudgetExceededException> refusal = decisionWithin(timeout);
            if (refusal.isPresent()) {
                throw refusal.get();
            }
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("The budget check is postponed until PostgreSQL answers");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<BudgetExceededException> decisionWithin(Duration timeout)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return decision.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            Optional<Outage> outage = engine.monitor().outage();
            if (outage.isPresent() && !isOutOfConnections(outage)) {
                throw e;
            }
            return decision.get(WAIT_WHILE_REACHABLE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Attempts the decision, if it is not made yet.
     *
     * @return the fleet that was read
     * @throws FleetUnavailableException if PostgreSQL does not answer
     */
    Fleet attempt() throws FleetUnavailableException, InterruptedException {
        ConnectionDemand demand = ConnectionDemand.of(engine.pool().settings()).withWorkers(1);
        AdmissionDecision admissionDecision;
        try {
            queries.markUndecided();
            admissionDecision = queries.decideAdmission(engine.instance(), demand, budget != BudgetPolicy.REFUSE);
        } catch (FleetUnavailableException e) {
            if (e.isPermanent()) {
                LOG.warn("The fleet's budget is not monitored: {}", e.getMessage());
                decision.complete(Optional.empty());
            } else if (isOutOfConnections(engine.monitor().outage())) {
                handleNoRoom("PostgreSQL has no connection left, not even for the monitor");
            }
            throw e;
        }
        if (admissionDecision.fits()) {
            decision.complete(Optional.empty());
        } else {
            handleNoRoom("no room for the %s connections that this process may open (%s + %s, and its monitor): %s"
                    .formatted(
                            demand.total(),
                            demand.poolSize(),
                            demand.maxOverflow(),
                            admissionDecision.fleet().toText()));
        }
        return admissionDecision.fleet();
    }

    private static boolean isOutOfConnections(Optional<Outage> outage) {
        return outage.filter(current -> current.sqlState().equals(SqlState.TOO_MANY_CONNECTIONS))
                .isPresent();
    }

    private void handleNoRoom(String reason) {
        if (budget == BudgetPolicy.WARN) {
            LOG.warn("The fleet does not fit: {}", reason);
            decision.complete(Optional.empty());
            return;
        }
        long now = System.nanoTime();
        if (noRoomSince == 0) {
            noRoomSince = now;
        } else if (now - noRoomSince > WAIT_FOR_ROOM.toNanos()) {
            engine.pool().suspend();
            decision.complete(Optional.of(new BudgetExceededException(
                    "%s. ./run.sh capacity lists the fixes; --budget warn starts it anyway".formatted(reason))));
        }
    }
}
