package app.rodmena.auth.pool;

import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool's maintenance, run once a second: read the wall clock, detect leaks and reclaim them if configured, close
 * unneeded overflow, and detect the end of an outage.
 */
final class Housekeeper {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeper.class);

    /** Overflow is closed after it was unneeded for this many seconds. */
    private static final int OVERFLOW_IDLE_SECONDS = 5;

    private static final long PROBE_TIMEOUT_MILLIS = 500;

    private final PoolContext pool;
    private final HikariPool hikari;
    private final ConnectionOpener opener;
    private final Executor workers;
    private final Deque<Integer> peaks = new ArrayDeque<>();

    Housekeeper(PoolContext pool, HikariPool hikari, ConnectionOpener opener, Executor workers) {
        this.pool = pool;
        this.hikari = hikari;
        this.opener = opener;
        this.workers = workers;
    }

    void run() {
        try {
            pool.readTimeOfDay();
            handleLeaks();
            closeUnneededOverflow();
            if (opener.outage() != null && pool.acquiring.get() == 0 && !pool.closing) {
                workers.execute(this::probeOpening);
            }
        } catch (Throwable e) { // Any exception would cancel the periodic task.
            if (!pool.closing) {
                LOG.error("Pool maintenance failed; it runs again in one second", e);
            }
        }
    }

    /** Closes idle connections one by one, until {@code keep} are open or none is idle. */
    void closeIdleAbove(int keep) {
        // Spares the connections that admitted callers are about to take.
        while (pool.counter.staying() > keep && pool.counter.idle() > pool.acquiring.get()) {
            if (!closeOneIdle(keep, "not needed")) {
                return;
            }
        }
    }

    /** Closes and counts the connections that are idle now; those returned meanwhile may stay open. */
    int evictIdle() {
        int idle = pool.counter.idle();
        int closed = 0;
        while (closed < idle && closeOneIdle(0, "evicted")) {
            closed++;
        }
        return closed;
    }

    private void handleLeaks() {
        long now = pool.now();
        PoolSettings settings = pool.settings;
        for (PhysicalConnection connection : pool.connections.values()) {
            connection.suspectLeak(now, settings.leakThreshold());
            settings.reclaimLeaksAfter()
                    .flatMap(after -> connection.heldLongerThan(after, now))
                    .ifPresent(Lease::reclaim);
        }
    }

    /** Closes idle connections above the peak of connections in use in the last five seconds. */
    private void closeUnneededOverflow() {
        peaks.addLast(pool.counter.takePeak(pool.counter.housekeepingPeak));
        if (peaks.size() > OVERFLOW_IDLE_SECONDS) {
            peaks.removeFirst();
        }
        if (peaks.size() == OVERFLOW_IDLE_SECONDS) {
            int needed = peaks.stream().mapToInt(Integer::intValue).max().orElse(0);
            closeIdleAbove(Math.max(needed, pool.settings.poolSize()));
        }
    }

    /**
     * Tries to open a connection during an outage. Callers are refused then, and without a waiting caller Hikari opens
     * no connection, so the end of the outage would not be detected.
     */
    private void probeOpening() {
        CheckoutContext context = new CheckoutContext(null);
        pool.acquiring.incrementAndGet();
        context.begin();
        try (Connection opened = hikari.getConnection(PROBE_TIMEOUT_MILLIS)) {
            LOG.debug("A connection can be opened again: {}", opened);
        } catch (SQLException | RuntimeException e) { // The latter occurs while the pool is being closed.
            LOG.debug("No connection can be opened yet", e);
        } finally {
            CheckoutContext.end();
            pool.acquiring.decrementAndGet();
        }
    }

    /** Closes one idle connection. Hikari can evict a single connection only if it is checked out. */
    private boolean closeOneIdle(int keep, String cause) {
        CheckoutContext context = new CheckoutContext(null);
        context.begin();
        try (Connection connection = hikari.getConnection(1)) {
            boolean retired = context.connection != null && context.connection.retireIfAbove(keep, cause);
            if (retired) {
                hikari.evictConnection(connection);
            }
            return retired;
        } catch (SQLException e) {
            return false; // Another caller has taken the idle connection.
        } finally {
            CheckoutContext.end();
        }
    }
}
