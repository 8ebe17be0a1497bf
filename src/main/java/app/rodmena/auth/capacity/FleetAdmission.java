package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.CapacityPlan.ConnectionDemand;
import app.rodmena.auth.capacity.FleetQueries.AdmissionDecision;
import app.rodmena.auth.capacity.FleetQueries.FleetUnavailableException;
import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.Monitor.Outage;
import app.rodmena.auth.pool.ConnectionView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides at start whether PostgreSQL has room for this process in its fleet. Processes that start concurrently decide
 * one after the other, and each counts those that have decided before it.
 *
 * <p>After a failover or a restart of PostgreSQL, a process is counted again when its monitor has reconnected. A
 * process that decided before that may have been admitted by mistake: it decides again if, shortly after its decision,
 * processes appear that it did not count. {@link #attempt} and {@link #review} are not thread-safe.
 */
final class FleetAdmission {
    private static final Logger LOG = LoggerFactory.getLogger("auth.capacity");

    /** The maximum wait for room before this process is refused: another process may be stopping. */
    private static final Duration WAIT_FOR_ROOM = Duration.ofSeconds(3);

    /** The maximum wait of the start for the decision: a process that may be refused serves no requests before it. */
    private static final Duration WAIT_WHILE_REACHABLE = Duration.ofSeconds(30);

    /** Longer than other processes take to reconnect after a failover. */
    private static final Duration PROBATION = Duration.ofSeconds(30);

    /**
     * Readings in a row that must exceed the room before this process decides again: a process that starts counts from
     * its login until it has marked itself as undecided, and must not end one that serves.
     */
    private static final int CONFIRMING_READINGS = 3;

    private final DatabaseEngine engine;
    private final FleetQueries queries;
    private final BudgetPolicy budget;
    private final CountDownLatch decided = new CountDownLatch(1);
    private final CompletableFuture<BudgetExceededException> refusal = new CompletableFuture<>();
    private boolean pending;
    private long admittedAt = System.nanoTime() - PROBATION.toNanos();
    private long noRoomSince;
    private int maxRoom;
    private int excessiveReadings;

    FleetAdmission(DatabaseEngine engine, FleetQueries queries, BudgetPolicy budget) {
        this.engine = engine;
        this.queries = queries;
        this.budget = budget;
        this.pending = budget != BudgetPolicy.OFF;
    }

    /** Whether {@link #attempt} is to be called: this process has not decided, or has to decide again. */
    boolean isPending() {
        return pending;
    }

    /** Whether this process decides again if further processes appear. */
    boolean isOnProbation() {
        return budget == BudgetPolicy.REFUSE
                && !pending
                && !refusal.isDone()
                && System.nanoTime() - admittedAt < PROBATION.toNanos();
    }

    /** Completes with the reason why this process must not run; never if it may. */
    CompletableFuture<BudgetExceededException> refusal() {
        return refusal;
    }

    /**
     * Waits for the decision until the time is over, or for up to 30 s more if PostgreSQL answers by then. If the
     * thread is interrupted, returns early and keeps the interrupt status.
     *
     * @throws BudgetExceededException if this process must not run
     */
    void awaitDecision(Duration timeout) {
        try {
            boolean isDecided = decided.await(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    || (isReachable() && decided.await(WAIT_WHILE_REACHABLE.toMillis(), TimeUnit.MILLISECONDS));
            if (!isDecided) {
                LOG.warn("The budget check is postponed until PostgreSQL answers");
            } else if (refusal.isDone()) {
                throw refusal.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isReachable() {
        Optional<Outage> outage = engine.monitor().outage();
        return outage.isEmpty() || isOutOfConnections(outage);
    }

    /** Attempts the decision, and returns the fleet that was read. */
    Fleet attempt() throws FleetUnavailableException, InterruptedException {
        AdmissionDecision decision;
        try {
            queries.markUndecided();
            List<Integer> ownBackends = engine.pool().connections().stream()
                    .map(ConnectionView::backendPid)
                    .toList();
            decision = queries.decideAdmission(ownBackends, demand(), budget != BudgetPolicy.REFUSE);
        } catch (FleetUnavailableException e) {
            Optional<Outage> outage = engine.monitor().outage();
            if (e.isPermanent()) {
                LOG.warn("The fleet's budget is not monitored: {}", e.getMessage());
                decide();
            } else if (isOutOfConnections(outage)) {
                handleNoRoom("PostgreSQL has no connection left, not even for the monitor");
            } else if (outage.isPresent()) {
                noRoomSince = 0; // During an outage it is unknown whether there is room.
            }
            throw e;
        }
        if (decision.fits()) {
            maxRoom = decision.fleet().roomForAll();
            admittedAt = System.nanoTime();
            decide();
        } else {
            handleNoRoom("no room for the %s connections that this process may open (%s + %s, and its monitor): %s"
                    .formatted(
                            demand().total(),
                            demand().poolSize(),
                            demand().maxOverflow(),
                            decision.fleet().toText()));
        }
        return decision.fleet();
    }

    /** Checks a later reading of the fleet: on probation, this process may have to decide again. */
    void review(Fleet fleet) {
        if (!isOnProbation()) {
            return;
        }
        if (fleet.fits()) {
            maxRoom = Math.max(maxRoom, fleet.roomForAll());
        }
        // An excess below the maximum room means that the room has become smaller.
        excessiveReadings = fleet.allCommitted() > maxRoom ? excessiveReadings + 1 : 0;
        if (excessiveReadings == CONFIRMING_READINGS) {
            excessiveReadings = 0;
            LOG.warn(
                    "The budget is checked again: processes have connected that the last check did not count: {}",
                    fleet.toText());
            noRoomSince = 0;
            pending = true;
        }
    }

    private ConnectionDemand demand() {
        return ConnectionDemand.of(engine.pool().settings()).withWorkers(1);
    }

    private static boolean isOutOfConnections(Optional<Outage> outage) {
        return outage.filter(current -> current.sqlState().equals(SqlState.TOO_MANY_CONNECTIONS))
                .isPresent();
    }

    private void handleNoRoom(String reason) {
        if (budget == BudgetPolicy.WARN) {
            LOG.warn("The fleet does not fit: {}", reason);
            decide();
            return;
        }
        long now = System.nanoTime();
        if (noRoomSince == 0) {
            noRoomSince = now;
        } else if (now - noRoomSince > WAIT_FOR_ROOM.toNanos()) {
            engine.pool().suspend();
            refusal.complete(new BudgetExceededException(
                    "%s. ./run.sh capacity lists the fixes; --budget warn starts it anyway".formatted(reason)));
            decide();
        }
    }

    private void decide() {
        pending = false;
        decided.countDown();
    }
}
