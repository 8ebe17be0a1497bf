package app.rodmena.auth.pool;

import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the pool does by itself, once a second: look at the time of day, suspect leaks and reclaim them where that is
 * wanted, close the overflow that was not needed for a while, and notice the end of an outage.
 */
final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    /** Overflow that was not needed for this many seconds is closed. */
    private static final int OVERFLOW_IDLE_SECONDS = 5;

    private static final long TRY_MILLIS = 500;

    private final PoolState pool;
    private final HikariPool hikari;
    private final Opener opener;
    private final Executor workers;
    private final Deque<Integer> peaks = new ArrayDeque<>();

    Upkeep(PoolState pool, HikariPool hikari, Opener opener, Executor workers) {
        this.pool = pool;
        this.hikari = hikari;
        this.opener = opener;
        this.workers = workers;
    }

    void run() {
        try {
            pool.readTimeOfDay();
            suspectLeaks();
            pool.settings.reclaimLeaksAfter().ifPresent(this::reclaimLeaks);
            closeUnneededOverflow();
            if (opener.outage() != null && pool.borrowing.get() == 0 && !pool.closing) {
                workers.execute(this::tryToOpen);
            }
        } catch (Throwable e) { // Whatever is thrown here would end the upkeep for good.
            if (!pool.closing) {
                LOG.error("The pool's upkeep failed; it goes on", e);
            }
        }
    }

    /** Closes idle connections, one after the other, until {@code keep} are open or none is idle. */
    void closeIdleAbove(int keep) {
        // None that a caller is about to take.
        while (pool.ledger.staying() > keep && pool.ledger.idle() > pool.borrowing.get()) {
            if (!closeOneIdle(keep, "not needed")) {
                return;
            }
        }
    }

    /** Closes what is idle now; what comes back meanwhile may stay. @return how many it closed */
    int evictIdle() {
        int idle = pool.ledger.idle();
        int closed = 0;
        while (closed < idle && closeOneIdle(0, "evicted")) {
            closed++;
        }
        return closed;
    }

    private void suspectLeaks() {
        long now = pool.now();
        for (PhysicalConnection connection : pool.connections()) {
            connection.suspectLeak(now, pool.settings.leakThreshold());
        }
    }

    private void reclaimLeaks(Duration after) {
        long now = pool.now();
        for (PhysicalConnection connection : pool.connections()) {
            connection.heldLongerThan(after, now).ifPresent(Lease::reclaim);
        }
    }

    /** The overflow is needed as far as the most that were out at once in the last seconds. */
    private void closeUnneededOverflow() {
        peaks.addLast(pool.ledger.takePeak(pool.ledger.neededPeak));
        if (peaks.size() > OVERFLOW_IDLE_SECONDS) {
            peaks.removeFirst();
        }
        if (peaks.size() == OVERFLOW_IDLE_SECONDS) {
            int needed = peaks.stream().mapToInt(Integer::intValue).max().orElse(0);
            closeIdleAbove(Math.max(needed, pool.settings.poolSize()));
        }
    }

    /**
     * While no connection can be opened, callers are sent elsewhere, and without a caller Hikari opens none: then the
     * end of the outage would not be noticed.
     */
    private void tryToOpen() {
        Borrower borrower = Borrower.thePool();
        pool.borrowing.incrementAndGet();
        borrower.begin();
        try (Connection opened = hikari.getConnection(TRY_MILLIS)) {
            LOG.debug("A connection can be opened again: {}", opened);
        } catch (SQLException | RuntimeException e) { // The latter while the pool is being closed.
            LOG.debug("No connection can be opened yet", e);
        } finally {
            Borrower.end();
            pool.borrowing.decrementAndGet();
        }
    }

    /** Hikari closes a single idle connection only for whoever has borrowed it. */
    private boolean closeOneIdle(int keep, String cause) {
        Borrower borrower = Borrower.thePool();
        borrower.begin();
        try (Connection connection = hikari.getConnection(1)) {
            boolean retired = borrower.got != null && borrower.got.retireIfAbove(keep, cause);
            if (retired) {
                hikari.evictConnection(connection);
            }
            return retired;
        } catch (SQLException e) {
            return false; // Somebody was faster: it is not idle any more.
        } finally {
            Borrower.end();
        }
    }
}
