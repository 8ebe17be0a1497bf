package app.rodmena.auth.wire;

import io.undertow.server.HttpServerExchange;
import java.util.HashMap;
import java.util.Map;

/**
 * How many bytes of answers may wait for their clients to read them, together: clients that never read would fill the
 * heap otherwise. An owner (a tenant, an operator) may hold as much as remains free, so that the one that holds most is
 * refused first and one alone never gets more than half. Thread-safe.
 */
public final class ResponseBudget {
    /** The operating system takes so much of an answer whether its client reads or not. */
    private static final int SMALL_BYTES = 1024;

    private static final long MIN = 1024 * 1024;

    private final long max;

    // Guarded by this
    private final Map<Object, Long> held = new HashMap<>();
    private long total;

    public ResponseBudget(long max) {
        this.max = max;
    }

    /** This part of the heap, an eighth for 8. */
    public static ResponseBudget ofHeap(int part) {
        return new ResponseBudget(Math.max(MIN, Runtime.getRuntime().maxMemory() / part));
    }

    /** Whether an answer needs no room. */
    public static boolean isSmall(long bytes) {
        return bytes <= SMALL_BYTES;
    }

    /**
     * Takes what a complete answer needs, until its exchange completes; nothing for a small one.
     *
     * @return whether there was room
     */
    public boolean takeFor(HttpServerExchange exchange, Object owner, long bytes) {
        if (isSmall(bytes)) {
            return true;
        }
        if (!take(owner, bytes)) {
            return false;
        }
        exchange.addExchangeCompleteListener((completed, next) -> {
            release(owner, bytes);
            next.proceed();
        });
        return true;
    }

    /**
     * Takes bytes for an answer to an owner, to be released.
     *
     * @return whether there was room; if not, nothing is taken
     */
    public synchronized boolean take(Object owner, long bytes) {
        if (!hasRoom(owner, bytes)) {
            return false;
        }
        add(owner, bytes);
        return true;
    }

    public synchronized boolean hasRoom(Object owner, long bytes) {
        return held.getOrDefault(owner, 0L) + bytes <= max - total - bytes;
    }

    /** Takes bytes whether there is room or not: what an answer that has begun needs to go on. */
    public synchronized void takeAnyway(Object owner, long bytes) {
        add(owner, bytes);
    }

    public synchronized void release(Object owner, long bytes) {
        add(owner, -bytes);
    }

    public long max() {
        return max;
    }

    /** Bytes held now, of all owners. */
    public synchronized long total() {
        return total;
    }

    private void add(Object owner, long bytes) {
        if (bytes == 0) {
            return; // Nothing is kept of an owner that holds nothing
        }
        total += bytes;
        held.merge(owner, bytes, (before, more) -> before + more == 0 ? null : Long.valueOf(before + more));
    }
}
