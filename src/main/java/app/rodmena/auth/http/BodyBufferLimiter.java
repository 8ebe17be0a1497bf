package app.rodmena.auth.http;

import io.undertow.server.HttpServerExchange;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits the memory that the bodies of all requests in flight take together. The limit is not per client key, because
 * keys are free and a client could use thousands. Thread-safe.
 */
final class BodyBufferLimiter {
    /**
     * Bytes: 64 bodies of the default maximum size if the heap is large enough. A parsed body takes about four times
     * its size.
     */
    private static final long DEFAULT_MAX_TOTAL_BYTES =
            Math.min(16L * 1024 * 1024, Runtime.getRuntime().maxMemory() / 32);

    private final int maxBodyBytes;
    private final long maxTotalBytes;
    private final AtomicLong reserved = new AtomicLong();

    /** @param bodyBytes maximum bytes of one body */
    BodyBufferLimiter(int bodyBytes) {
        this.maxBodyBytes = bodyBytes;
        maxTotalBytes = Math.max(DEFAULT_MAX_TOTAL_BYTES, bodyBytes);
    }

    /**
     * Reserves memory for the body of a request until its exchange completes: its announced size, or the maximum size
     * if that is unknown.
     *
     * @return false, with nothing reserved, if the limit would be exceeded
     */
    boolean reserve(HttpServerExchange exchange) {
        long announced = exchange.getRequestContentLength();
        long bytes = announced < 0 ? maxBodyBytes : announced;
        if (reserved.addAndGet(bytes) > maxTotalBytes) {
            reserved.addAndGet(-bytes);
            return false;
        }
        exchange.addExchangeCompleteListener((completed, next) -> {
            reserved.addAndGet(-bytes);
            next.proceed();
        });
        return true;
    }
}
