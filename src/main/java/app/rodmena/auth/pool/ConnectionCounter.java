package app.rodmena.auth.pool;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the connections by state in one atomic long, updated once per event, so that a reader sees consistent numbers.
 * Lock-free and thread-safe.
 *
 * <p>Four counts: <em>slots</em> taken by connections that are being opened, open or being closed; <em>open</em>
 * connections; of these, connections <em>in use</em>; and of the others, <em>retiring</em> connections, which will be
 * closed.
 */
final class ConnectionCounter {
    private static final long SLOT = 1L;
    private static final long OPEN = 1L << 16;
    private static final long IN_USE = 1L << 32;
    private static final long RETIRING = 1L << 48;

    private final AtomicLong counts = new AtomicLong();

    /** The peak of connections in use since the last maintenance run, and since the last external reading. */
    final AtomicInteger housekeepingPeak = new AtomicInteger();

    final AtomicInteger reportedPeak = new AtomicInteger();

    /**
     * Reserves a slot for a new connection if fewer than pool_size are taken, or, up to the maximum, if pool_size
     * connections are in use.
     */
    boolean tryReserve(PoolSettings settings, int validating) {
        while (true) {
            long now = counts.get();
            boolean allInUse = inUse(now) + validating >= settings.poolSize();
            if (slots(now) >= settings.maximum() || (slots(now) >= settings.poolSize() && !allInUse)) {
                return false;
            }
            if (counts.compareAndSet(now, now + SLOT)) {
                return true;
            }
        }
    }

    void freeSlot() {
        counts.addAndGet(-SLOT);
    }

    /** Counts an opened connection; returns the number of open connections, including this one. */
    int opened() {
        return open(counts.addAndGet(OPEN));
    }

    void checkedOut() {
        int inUse = inUse(counts.addAndGet(IN_USE));
        raise(housekeepingPeak, inUse);
        raise(reportedPeak, inUse);
    }

    void checkedIn() {
        counts.addAndGet(-IN_USE);
    }

    /** Counts a check-in of a connection that will be closed. */
    void checkInRetiring() {
        counts.addAndGet(RETIRING - IN_USE);
    }

    /** Counts an idle connection that will be closed. */
    void retireIdle() {
        counts.addAndGet(RETIRING);
    }

    /**
     * Decides whether a returned connection is surplus, and if so counts it as retiring. Above the maximum it is always
     * surplus. Above pool_size it is surplus if no caller waits and enough other connections are idle; otherwise the
     * next caller would have to open one again.
     */
    boolean checkInSurplus(PoolSettings settings, boolean hasWaiting) {
        while (true) {
            long now = counts.get();
            int kept = open(now) - retiring(now);
            boolean surplus = kept > settings.maximum()
                    || (kept > settings.poolSize() && !hasWaiting && idle(now) >= settings.poolSize() - 1);
            if (!surplus) {
                return false;
            }
            if (counts.compareAndSet(now, now + RETIRING - IN_USE)) {
                return true;
            }
        }
    }

    /** Counts an idle connection as retiring if more than {@code keep} would stay open; returns whether it did. */
    boolean retireIdleAbove(int keep) {
        while (true) {
            long now = counts.get();
            if (open(now) - retiring(now) <= keep) {
                return false;
            }
            if (counts.compareAndSet(now, now + RETIRING)) {
                return true;
            }
        }
    }

    /** Counts a retiring connection as closed; its slot stays reserved. Returns the number of open ones before. */
    int closed() {
        return open(counts.getAndAdd(-OPEN - RETIRING));
    }

    /** Returns and resets a peak; connections that were already in use at the last call count. */
    int takePeak(AtomicInteger peak) {
        int before = peak.getAndSet(0);
        int now = inUse();
        raise(peak, now);
        return Math.max(before, now);
    }

    PoolSnapshot snapshot(PoolSettings settings, int waiting) {
        long now = counts.get();
        return new PoolSnapshot(settings.poolSize(), settings.maxOverflow(), inUse(now), open(now), waiting);
    }

    int open() {
        return open(counts.get());
    }

    int inUse() {
        return inUse(counts.get());
    }

    int idle() {
        return idle(counts.get());
    }

    /** The number of open connections that are not retiring. */
    int staying() {
        long now = counts.get();
        return open(now) - retiring(now);
    }

    private static void raise(AtomicInteger peak, int inUse) {
        if (inUse > peak.get()) {
            peak.accumulateAndGet(inUse, Math::max);
        }
    }

    private static int slots(long counts) {
        return (int) (counts & 0xffff);
    }

    private static int open(long counts) {
        return (int) (counts >>> 16 & 0xffff);
    }

    private static int inUse(long counts) {
        return (int) (counts >>> 32 & 0xffff);
    }

    private static int retiring(long counts) {
        return (int) (counts >>> 48);
    }

    private static int idle(long counts) {
        return open(counts) - inUse(counts) - retiring(counts);
    }
}
