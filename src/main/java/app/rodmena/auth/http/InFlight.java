package app.rodmena.auth.http;

import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the requests that are being answered, so that a shutdown can wait for them. */
final class InFlight implements ExchangeCompletionListener {
    private final AtomicInteger requests = new AtomicInteger();
    private volatile boolean draining;

    /**
     * Counts a request in; it counts itself out when its exchange completes.
     *
     * @return whether it is to be answered like any other; false once a shutdown has begun
     */
    boolean enter(HttpServerExchange exchange) {
        requests.incrementAndGet();
        exchange.addExchangeCompleteListener(this);
        return !draining;
    }

    @Override
    public void exchangeEvent(HttpServerExchange exchange, NextListener next) {
        // The connection first takes up its next request, which so is counted before this one is gone.
        try {
            next.proceed();
        } finally {
            if (requests.decrementAndGet() == 0 && draining) {
                synchronized (this) {
                    notifyAll();
                }
            }
        }
    }

    /** From now on no request is like any other. */
    void drain() {
        draining = true;
    }

    /** How many are left when none is, or after {@code most}; an interrupt ends the wait and is kept. */
    synchronized int await(Duration most) {
        long deadline = System.nanoTime() + most.toNanos();
        try {
            for (long left = most.toNanos(); requests.get() > 0 && left > 0; left = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return requests.get();
    }
}
