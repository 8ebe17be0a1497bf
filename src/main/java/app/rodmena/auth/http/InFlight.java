package app.rodmena.auth.http;

import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the requests that are being answered, so that a shutdown can wait for them, and tells of those that were. */
final class InFlight {
    private static final AttachmentKey<String> ROUTE = AttachmentKey.create(String.class);

    private final RequestListener listener;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile boolean draining;

    InFlight(RequestListener listener) {
        this.listener = listener;
    }

    /** The gate has found out what is asked. */
    static void name(HttpServerExchange exchange, Route route) {
        exchange.putAttachment(ROUTE, route.name());
    }

    /** How many are being answered. */
    int requests() {
        return requests.get();
    }

    /**
     * Counts a request in; it counts itself out when its exchange completes.
     *
     * @return whether it is to be answered like any other; false once a shutdown has begun
     */
    boolean enter(HttpServerExchange exchange) {
        requests.incrementAndGet();
        exchange.addExchangeCompleteListener(new Request(System.nanoTime()));
        return !draining;
    }

    private void tell(HttpServerExchange exchange, long startNanos) {
        String route = exchange.getAttachment(ROUTE);
        listener.onAnswered(
                route == null ? RequestListener.NO_ROUTE : route,
                exchange.isResponseStarted() ? exchange.getStatusCode() : RequestListener.NOT_ANSWERED,
                Duration.ofNanos(System.nanoTime() - startNanos));
    }

    private void leave() {
        if (requests.decrementAndGet() == 0 && draining) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /** One request, until its exchange completes. */
    private final class Request implements ExchangeCompletionListener {
        private final long startNanos;

        Request(long startNanos) {
            this.startNanos = startNanos;
        }

        @Override
        public void exchangeEvent(HttpServerExchange exchange, NextListener next) {
            // The connection first takes up its next request, which so is counted before this one is gone.
            try {
                tell(exchange, startNanos);
            } finally {
                try {
                    next.proceed();
                } finally {
                    leave();
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
