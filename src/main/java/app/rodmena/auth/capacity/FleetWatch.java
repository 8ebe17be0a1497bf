package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.FleetQueries.AdmissionDecision;
import app.rodmena.auth.capacity.FleetQueries.FleetUnavailableException;
import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseEngine.ResizeGuard;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Monitors this process's fleet: decides at start whether there is room for the process, refuses resizes that do not
 * fit, and publishes the state of the fleet. There is one per process, as there is one engine, shared by all servers of
 * the process. Thread-safe.
 *
 * <p>All queries use the engine's monitor connection, whose application_name announces the process before it decides.
 */
public final class FleetWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.capacity");
    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final Duration PERIOD_ON_PROBATION = Duration.ofSeconds(1);
    private static final Duration PERIOD_UNTIL_DECIDED = Duration.ofMillis(50);

    /** The last reading; without a fleet before the first successful one. */
    @Description(
            "The fleet as read from pg_stat_activity, a few seconds old; all numbers are 0 before the first reading")
    public record FleetReading(
            @Description("Policy if the fleet exceeds its limit: warn, refuse or off")
            BudgetPolicy budget,

            @Description("Why the last reading failed; empty if it succeeded")
            String problem,

            @Flatten Optional<Fleet> fleet) {
        @Description("Whether PostgreSQL allows all connections that the processes are configured for")
        public boolean fits() {
            return fleet.map(Fleet::fits).orElse(true);
        }
    }

    private final DatabaseEngine engine;
    private final BudgetPolicy budget;
    private final FleetQueries queries;
    private final ResizeGuard guard = this::checkGrowth;
    private final FleetAdmission admission;
    private final ScheduledExecutorService scheduler =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("fleet-watch"));
    private volatile FleetReading reading;

    /** Starts monitoring with an engine that must stay open until this is closed. */
    public FleetWatch(DatabaseEngine engine, BudgetPolicy budget) {
        this.engine = engine;
        this.budget = budget;
        this.queries = new FleetQueries(engine.monitor());
        this.admission = new FleetAdmission(engine, queries, budget);
        this.reading = new FleetReading(budget, "not read yet", Optional.empty());
        if (budget != BudgetPolicy.OFF) {
            engine.add(guard);
        }
        scheduler.execute(this::refresh);
    }

    /** The fleet as of a few seconds ago; empty before the first successful reading. */
    public Optional<Fleet> latest() {
        return reading.fleet();
    }

    public FleetReading reading() {
        return reading;
    }

    /**
     * With {@link BudgetPolicy#REFUSE}, waits until the budget is decided or the time is over. If the thread is
     * interrupted, returns early and keeps the interrupt status.
     *
     * @throws BudgetExceededException if the fleet has no room for this process
     */
    public void awaitAdmission(Duration timeout) {
        if (budget == BudgetPolicy.REFUSE) {
            admission.awaitDecision(timeout);
        }
    }

    /**
     * Completes with the reason if the fleet has no room for this process and it has to stop; never if it may run. Its
     * pool is suspended by then.
     */
    public CompletableFuture<BudgetExceededException> refusal() {
        return admission.refusal().copy();
    }

    @Override
    public void close() {
        engine.remove(guard);
        scheduler.shutdownNow();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // refresh catches every exception, and ends with the scheduler.
    private void refresh() {
        try {
            Fleet fleet = readOrDecide();
            logChange(fleet);
            reading = new FleetReading(budget, "", Optional.of(fleet));
        } catch (InterruptedException e) {
            return;
        } catch (FleetUnavailableException e) {
            reading = new FleetReading(budget, e.getMessage(), latest());
        } catch (Throwable e) {
            // Catches even an Error, which would otherwise end the periodic readings.
            reading = new FleetReading(budget, "unexpected error; see the log", latest());
            LOG.error("The fleet cannot be read: unexpected error", e);
        }
        if (!scheduler.isShutdown()) {
            scheduler.schedule(this::refresh, pause().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private Fleet readOrDecide() throws FleetUnavailableException, InterruptedException {
        if (admission.isPending()) {
            return admission.attempt();
        }
        Fleet fleet = queries.read();
        admission.review(fleet);
        return fleet;
    }

    private Duration pause() {
        if (admission.isPending()) {
            return PERIOD_UNTIL_DECIDED;
        }
        return admission.isOnProbation() ? PERIOD_ON_PROBATION : PERIOD;
    }

    /** Logs when the fleet exceeds the limit, and when it fits again; other processes can cause both. */
    private void logChange(Fleet fleet) {
        boolean fitted = reading.fits();
        if (budget != BudgetPolicy.OFF && fitted && !fleet.fits()) {
            LOG.warn("The fleet no longer fits: {}", fleet.toText());
        } else if (budget != BudgetPolicy.OFF && !fitted && fleet.fits()) {
            LOG.info("The fleet fits again: {}", fleet.toText());
        }
    }

    /**
     * Refuses growth of the pool beyond PostgreSQL's limit for the fleet. Allows it with a warning if the limit cannot
     * be read.
     */
    private void checkGrowth(PoolSettings now, PoolSettings requested, boolean isPreview) {
        int growth = requested.maximum() - now.maximum();
        if (growth <= 0) {
            return;
        }
        try {
            AdmissionDecision decision = queries.decideGrowth(growth, requested, isPreview);
            if (!decision.fits()) {
                throw refusal(now, requested, decision.fleet());
            }
        } catch (FleetUnavailableException e) {
            LOG.warn("The pool grows by {} connections without a budget check: {}", growth, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("The pool grows by {} connections without a budget check: interrupted", growth);
        }
    }

    private static InvalidSettingException refusal(PoolSettings now, PoolSettings requested, Fleet fleet) {
        String reason = "would be %s connections more, of which the fleet has %s left: %s"
                .formatted(requested.maximum() - now.maximum(), Math.max(0, fleet.headroom()), fleet.toText());
        return requested.poolSize() > now.poolSize()
                ? new InvalidSettingException("pool_size", requested.poolSize(), reason)
                : new InvalidSettingException("max_overflow", requested.maxOverflow(), reason);
    }
}
