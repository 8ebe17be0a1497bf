package app.rodmena.auth.capacity;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.OncePerProcess;
import app.rodmena.auth.database.OncePerProcess.Share;
import app.rodmena.auth.database.ResizeGuard;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the fleet that this process is one of: decides at start whether it fits, lets no resize pass that would not,
 * and tells how the fleet is. As there is one engine per process, there is one of these, which all share. Thread-safe.
 *
 * <p>Everything is asked on the engine's monitor connection, whose name announces the process before it decides.
 */
public final class FleetWatch {
    private static final OncePerProcess<FleetWatch> ONE = new OncePerProcess<>("budget", FleetWatch::end);
    private static final Logger LOG = LoggerFactory.getLogger("auth.capacity");
    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final Duration PERIOD_UNTIL_DECIDED = Duration.ofMillis(50);

    private final DatabaseEngine engine;
    private final Budget budget;
    private final FleetQuestions questions;
    private final ResizeGuard guard;
    private final Admission admission;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "fleet-watch");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Optional<Fleet> latest = Optional.empty();
    private volatile String problem = "not asked yet";

    private FleetWatch(DatabaseEngine engine, Budget budget) {
        this.engine = engine;
        this.budget = budget;
        this.questions = new FleetQuestions(engine.monitor());
        this.guard = new GrowthGuard(questions);
        this.admission = new Admission(engine, questions, budget);
        if (budget != Budget.OFF) {
            engine.add(guard);
        }
        clock.execute(this::look);
    }

    /**
     * Begins to watch, or joins those who do.
     *
     * @param engine the one engine of this process, open for as long as this is
     * @throws IllegalStateException if others in this process watch with another budget
     */
    public static Share<FleetWatch> open(DatabaseEngine engine, Budget budget) {
        return ONE.open(engine, budget.word(), () -> new FleetWatch(engine, budget));
    }

    /** The fleet as it was a few seconds ago; empty until it could be asked for. */
    public Optional<Fleet> latest() {
        return latest;
    }

    /** Why {@link #latest} is missing or old; empty if it is neither. */
    public String problem() {
        return problem;
    }

    public Budget budget() {
        return budget;
    }

    /**
     * With {@link Budget#REFUSE}, waits until this process knows whether it fits, or the time is over, or the thread is
     * interrupted, which it stays.
     *
     * @throws BudgetExceeded if it does not fit
     */
    public void awaitAdmission(Duration most) {
        if (budget == Budget.REFUSE) {
            admission.await(most);
        }
    }

    /**
     * Tells {@code listener} if this process is one too many and has to end; at once if that is known. Its pool serves
     * nobody then.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // What a listener throws is the listener's affair.
    public void whenRefused(Consumer<BudgetExceeded> listener) {
        admission.decision().thenAccept(refusal -> refusal.ifPresent(listener));
    }

    private void end() {
        engine.remove(guard);
        clock.shutdownNow();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Nothing thrown gets out of a look; they end with the clock.
    private void look() {
        try {
            Fleet fleet = admission.isDecided() ? questions.look() : admission.attempt();
            tellOfChange(fleet);
            latest = Optional.of(fleet);
            problem = "";
        } catch (InterruptedException e) {
            return;
        } catch (Unanswered e) {
            problem = e.getMessage();
        } catch (Throwable e) {
            // Even an Error: without its clock the fleet would never be looked at again.
            problem = "nobody foresaw it; the log tells";
            LOG.error("The fleet can't be looked at, for a reason that nobody foresaw", e);
        }
        if (!clock.isShutdown()) {
            Duration pause = admission.isDecided() ? PERIOD : PERIOD_UNTIL_DECIDED;
            clock.schedule(this::look, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** The log tells when the fleet outgrows PostgreSQL, and when it fits again; others may do that to it. */
    private void tellOfChange(Fleet fleet) {
        boolean fitted = latest.map(Fleet::fits).orElse(true);
        if (budget != Budget.OFF && fitted && !fleet.fits()) {
            LOG.warn("The fleet does not fit any more: {}", fleet.inWords());
        } else if (budget != Budget.OFF && !fitted && fleet.fits()) {
            LOG.info("The fleet fits again: {}", fleet.inWords());
        }
    }
}
