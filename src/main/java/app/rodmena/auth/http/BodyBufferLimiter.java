package app.rodmena.auth.http;

import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory the bodies may take of all requests that are being answered, together: a client key costs nothing, so
 * anybody could have thousands kept. Thread-safe.
 */
final class BodyBufferLimiter {
    /** Sixty of the largest, where the heap has room: what is made of a body takes some four times as much. */
    private static final long MAX =
            Math.min(16L * 1024 * 1024, Runtime.getRuntime().maxMemory() / 32);

    private final int largest;
    private final long most;
    private final AtomicLong taken = new AtomicLong();

    /** @param largest bytes that one body may have */
    BodyBufferLimiter(int largest) {
        this.largest = largest;
        most = Math.max(MAX, largest);
    }

    /**
     * Takes what the body of a request needs, until its exchange completes.
     *
     * @return whether there was so much
     */
    boolean take(HttpServerExchange exchange) {
        long announced = exchange.getRequestContentLength();
        long bytes = announced < 0 ? largest : announced;
        if (taken.addAndGet(bytes) > most) {
            taken.addAndGet(-bytes);
            return false;
        }
        exchange.addExchangeCompleteListener(new GiveBack(bytes));
        return true;
    }

    private final class GiveBack implements ExchangeCompletionListener {
        private final long bytes;

        GiveBack(long bytes) {
            this.bytes = bytes;
        }

        @Override
        public void exchangeEvent(HttpServerExchange exchange, NextListener next) {
            taken.addAndGet(-bytes);
            next.proceed();
        }
    }
}
