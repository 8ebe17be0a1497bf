package app.rodmena.auth.pool;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many connections there are and what they are at, in one atomic long that changes once per event, so that whoever
 * looks sees numbers that belong together. Lock-free and thread-safe.
 *
 * <p>Four counts: <em>slots</em> taken by connections that are being opened, open or being closed; connections
 * <em>open</em>; of these <em>out</em> with a caller; and of those not out, <em>retiring</em>: on their way to be
 * closed.
 */
final class Ledger {
    private static final long SLOT = 1L;
    private static final long OPEN = 1L << 16;
    private static final long OUT = 1L << 32;
    private static final long RETIRING = 1L << 48;

    private final AtomicLong counts = new AtomicLong();

    /** The most that were out at once, since the upkeep looked and since somebody outside did. */
    final AtomicInteger neededPeak = new AtomicInteger();

    final AtomicInteger seenPeak = new AtomicInteger();

    /**
     * Takes a slot for a new connection: while fewer than pool_size are taken, beyond that only while pool_size are
     * out, and never more than the maximum.
     *
     * @param testing connections that are not out yet, but promised to a caller
     */
    boolean tryReserve(PoolSettings settings, int testing) {
        while (true) {
            long now = counts.get();
            boolean allOut = out(now) + testing >= settings.poolSize();
            if (slots(now) >= settings.maximum() || (slots(now) >= settings.poolSize() && !allOut)) {
                return false;
            }
            if (counts.compareAndSet(now, now + SLOT)) {
                return true;
            }
        }
    }

    /** Nothing is, or will be, in the slot any more. */
    void freeSlot() {
        counts.addAndGet(-SLOT);
    }

    /** The connection is open. @return how many are open now */
    int opened() {
        return open(counts.addAndGet(OPEN));
    }

    void checkedOut() {
        int out = out(counts.addAndGet(OUT));
        raise(neededPeak, out);
        raise(seenPeak, out);
    }

    void checkedIn() {
        counts.addAndGet(-OUT);
    }

    /** A connection that is out comes back to be closed. */
    void checkedInToRetire() {
        counts.addAndGet(RETIRING - OUT);
    }

    /** A connection that is idle is to be closed. */
    void retireIdle() {
        counts.addAndGet(RETIRING);
    }

    /**
     * A connection that is out comes back; should it be closed rather than kept? If so it counts as retiring from here.
     * Beyond the maximum always. Beyond pool_size, if nobody waits for one and enough others are idle: closing earlier
     * would only make the next caller open it again.
     */
    boolean checkInSurplus(PoolSettings settings, boolean wanted) {
        while (true) {
            long now = counts.get();
            int staying = open(now) - retiring(now);
            boolean surplus = staying > settings.maximum()
                    || (staying > settings.poolSize() && !wanted && idle(now) >= settings.poolSize() - 1);
            if (!surplus) {
                return false;
            }
            if (counts.compareAndSet(now, now + RETIRING - OUT)) {
                return true;
            }
        }
    }

    /** An idle connection could be closed; should it, so that {@code keep} are left? */
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

    /** A retiring connection is closed; its slot is not free yet. @return how many were open before */
    int closed() {
        return open(counts.getAndAdd(-OPEN - RETIRING));
    }

    /** The most that were out at once since this peak was last taken, those included that were out by then. */
    int takePeak(AtomicInteger peak) {
        int before = peak.getAndSet(0);
        int now = out();
        raise(peak, now);
        return Math.max(before, now);
    }

    PoolSnapshot snapshot(PoolSettings settings, int waiting) {
        long now = counts.get();
        return new PoolSnapshot(settings.poolSize(), settings.maxOverflow(), out(now), open(now), waiting);
    }

    int open() {
        return open(counts.get());
    }

    int out() {
        return out(counts.get());
    }

    int idle() {
        return idle(counts.get());
    }

    /** Open and not about to be closed. */
    int staying() {
        long now = counts.get();
        return open(now) - retiring(now);
    }

    private static void raise(AtomicInteger peak, int out) {
        if (out > peak.get()) {
            peak.accumulateAndGet(out, Math::max);
        }
    }

    private static int slots(long counts) {
        return (int) (counts & 0xffff);
    }

    private static int open(long counts) {
        return (int) (counts >>> 16 & 0xffff);
    }

    private static int out(long counts) {
        return (int) (counts >>> 32 & 0xffff);
    }

    private static int retiring(long counts) {
        return (int) (counts >>> 48);
    }

    private static int idle(long counts) {
        return open(counts) - out(counts) - retiring(counts);
    }
}
