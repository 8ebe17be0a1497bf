package app.rodmena.auth.http;

import io.undertow.server.HttpServerExchange;
import java.util.HashMap;
import java.util.Map;

/**
 * Limits the total bytes of responses that clients have not yet read: clients that never read would otherwise fill the
 * heap. An owner (a tenant or an operator) may hold as much as remains free, so that the owner that holds the most is
 * refused first, and one owner never holds more than half. Thread-safe.
 */
public final class ResponseBudget {
    /** The operating system buffers responses of this size even if the client does not read. */
    private static final int SMALL_BYTES = 1024;

    private static final long MIN = 1024 * 1024;

    private final long max;

    // Guarded by this
    private final Map<Object, Long> held = new HashMap<>();
    private long total;

    public ResponseBudget(long max) {
        this.max = max;
    }

    /** A budget of a part of the heap: an eighth if {@code divisor} is 8. */
    public static ResponseBudget ofHeap(int divisor) {
        return new ResponseBudget(Math.max(MIN, Runtime.getRuntime().maxMemory() / divisor));
    }

    /** Whether a response is too small to be counted. */
    public static boolean isSmall(long bytes) {
        return bytes <= SMALL_BYTES;
    }

    /**
     * Takes the bytes of a complete response until its exchange completes; nothing for a small one.
     *
     * @return whether the budget was sufficient
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
     * Takes bytes for a response to an owner; the caller releases them.
     *
     * @return whether the budget was sufficient; if not, nothing is taken
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

    /** Takes bytes even if the budget is exceeded, to continue a response that has started. */
    public synchronized void forceTake(Object owner, long bytes) {
        add(owner, bytes);
    }

    public synchronized void release(Object owner, long bytes) {
        add(owner, -bytes);
    }

    public long max() {
        return max;
    }

    /** Bytes held now by all owners. */
    public synchronized long total() {
        return total;
    }

    private void add(Object owner, long bytes) {
        if (bytes == 0) {
            return; // Owners without bytes have no entry
        }
        total += bytes;
        held.merge(owner, bytes, (before, more) -> before + more == 0 ? null : Long.valueOf(before + more));
    }
}
