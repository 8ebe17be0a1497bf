package app.rodmena.auth.database;

import app.rodmena.auth.pool.PoolSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks PostgreSQL twice a second whether it is there, on a connection of its own, so that the answer needs nothing from
 * the pool and is known before anybody asks.
 */
final class Heartbeat implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");
    private static final long PERIOD_MILLIS = 500;

    /** An answer older than this is none: the probe itself may hang. */
    private static final long VALID_NANOS = Duration.ofSeconds(2).toNanos();

    private record Beat(boolean answered, String problem, long atNanos, Instant since) {}

    private final Sessions sessions;
    private final Supplier<PoolSettings> settings;
    private final ScheduledExecutorService timer;
    private volatile Beat last = new Beat(false, "not asked yet", System.nanoTime(), Instant.now());
    private Connection connection;
    private String name;

    @SuppressWarnings("FutureReturnValueIgnored") // A beat never fails; they end with the timer.
    Heartbeat(Sessions sessions, Supplier<PoolSettings> settings) {
        this.sessions = sessions;
        this.settings = settings;
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "database-heartbeat");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleWithFixedDelay(this::beat, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    boolean isAlive() {
        Beat beat = last;
        return beat.answered && System.nanoTime() - beat.atNanos < VALID_NANOS;
    }

    /** What is wrong, safe to show; empty if nothing is. */
    String problem() {
        Beat beat = last;
        if (!beat.answered) {
            return beat.problem;
        }
        return isAlive() ? "" : "PostgreSQL has not answered for more than 2 s";
    }

    Instant since() {
        return last.since;
    }

    private void beat() {
        try {
            probe();
            tell(true, "");
        } catch (Throwable e) {
            // Even an Error: a task that throws is never run again
            tell(false, "PostgreSQL does not answer");
            LOG.debug("Heartbeat failed", e);
            disconnect();
        }
    }

    private void probe() throws SQLException {
        String wanted = sessions.monitorName(settings.get());
        if (connection == null) {
            connection = sessions.openMonitor(settings.get());
            name = wanted;
        } else if (!wanted.equals(name)) {
            rename(wanted);
        }
        try (var statement = connection.createStatement()) {
            statement.execute("select 1");
        }
    }

    private void rename(String wanted) throws SQLException {
        try (var statement = connection.prepareStatement("select set_config('application_name', ?, false)")) {
            statement.setString(1, wanted);
            statement.execute();
        }
        name = wanted;
    }

    private void tell(boolean answered, String problem) {
        Beat before = last;
        boolean changed = before.answered != answered;
        last = new Beat(answered, problem, System.nanoTime(), changed ? Instant.now() : before.since);
        if (changed && answered) {
            LOG.info("PostgreSQL answers");
        } else if (changed) {
            LOG.warn("PostgreSQL does not answer any more");
        }
    }

    private void disconnect() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException | RuntimeException e) {
                LOG.debug("The monitor's connection was broken when it was closed", e);
            }
            connection = null;
        }
    }

    @Override
    public void close() {
        timer.shutdown();
        try {
            if (timer.awaitTermination(5, TimeUnit.SECONDS)) {
                disconnect();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
