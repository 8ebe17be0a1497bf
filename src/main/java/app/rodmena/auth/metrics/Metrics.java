package app.rodmena.auth.metrics;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.StatementExecution;
import app.rodmena.auth.database.StatementExecution.StatementListener;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.schema.RecordSchema;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.jmx.JmxReporter;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All metrics of this process, and their MBeans. A process has one engine and one shared instance of this class.
 * Thread-safe.
 */
public final class Metrics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.metrics");

    private final DatabaseEngine engine;
    private final MetricRegistry registry = new MetricRegistry();
    private final PoolTimes pool = new PoolTimes(registry);
    private final TimingRecorders statements = new TimingRecorders(registry, "sql");
    private final RequestMetrics requests = new RequestMetrics(registry);
    private final SlowStatements slowStatements;
    private final PoolHistory history;
    private final StatementListener onStatement = this::recordStatement;
    private final JmxReporter reporter =
            JmxReporter.forRegistry(registry).inDomain("metrics").build();
    private final ScheduledExecutorService scheduler =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("metrics-clock"));

    /** @param engine must stay open until the metrics are closed */
    @SuppressWarnings("FutureReturnValueIgnored") // The task never throws; it ends with the scheduler.
    public Metrics(DatabaseEngine engine) {
        this.engine = engine;
        slowStatements = new SlowStatements(engine.pool()::settings, System::nanoTime);
        history = new PoolHistory(engine, pool);
        registerGauges();
        engine.events().add(pool);
        engine.add(onStatement);
        engine.add(slowStatements);
        reporter.start();
        long slice = SlidingWindowHistogram.SLICE.toMillis();
        scheduler.scheduleAtFixedRate(
                () -> runSafely(() -> forEachWindow(SlidingWindow::rotate)), slice, slice, TimeUnit.MILLISECONDS);
        scheduleNextSecond();
    }

    /** All metrics by name; the package's description lists the names. */
    public MetricRegistry registry() {
        return registry;
    }

    public PoolTimes pool() {
        return pool;
    }

    /** Durations from sending a statement to the start of its response, by name, such as {@code roles.list}. */
    public Map<String, TimingStatistics> statements() {
        return statements.statistics();
    }

    /** The statements that were slower than slow_statement. */
    public SlowStatements slowStatements() {
        return slowStatements;
    }

    /** The last 15 minutes of the pool. */
    public PoolHistory history() {
        return history;
    }

    public RequestMetrics requests() {
        return requests;
    }

    /**
     * Resets percentiles, rates, {@link TimingStatistics#count} and slow statements; totals in the registry are kept.
     */
    public void reset() {
        forEachWindow(SlidingWindow::reset);
        slowStatements.reset();
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
        engine.events().remove(pool);
        engine.remove(onStatement);
        engine.remove(slowStatements);
        synchronized (registry) { // A statement that ends concurrently may register a new timer.
            reporter.close();
        }
    }

    private void forEachWindow(Consumer<SlidingWindow> action) {
        pool.each(action);
        statements.each(action);
        requests.times().each(action);
    }

    /** Schedules the next full second. No second is recorded twice, even if the thread is delayed. */
    @SuppressWarnings("FutureReturnValueIgnored") // It ends with the scheduler.
    private void scheduleNextSecond() {
        long millis = 1_000 - System.currentTimeMillis() % 1_000;
        scheduler.schedule(this::onSecond, millis, TimeUnit.MILLISECONDS);
    }

    private void onSecond() {
        runSafely(() -> history.recordSecond(Instant.now()));
        if (!scheduler.isShutdown()) {
            scheduleNextSecond();
        }
    }

    /** Catches every exception, because an exception would cancel the periodic task. */
    private static void runSafely(Runnable update) {
        try {
            update.run();
        } catch (Throwable e) {
            LOG.error("Metrics could not be updated; the next update is tried as scheduled", e);
        }
    }

    private void recordStatement(StatementExecution execution) {
        statements.record(execution.name(), execution.took());
        if (!execution.succeeded()) {
            statements.countFailure(execution.name());
        }
    }

    private void registerGauges() {
        RecordSchema.of(PoolView.class).fields().stream()
                .filter(RecordSchema.Field::isNumeric)
                .forEach(field -> registry.gauge(
                        "pool." + field.registryName(),
                        () -> () -> field.of(engine.pool().view())));
        registry.gauge("pool.callers_served", () -> () -> engine.events().callersServed());
        registry.gauge("pool.listener_failures", () -> () -> engine.events().listenerFailures());
        registry.gauge(
                "pool.interceptor_failures", () -> () -> engine.interceptors().failures());
        for (PoolEventKind kind : PoolEventKind.values()) {
            registry.gauge(
                    "pool.events." + kind.wireName(),
                    () -> () -> engine.events().count(kind));
        }
    }
}
