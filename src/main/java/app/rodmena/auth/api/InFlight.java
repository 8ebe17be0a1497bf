package app.rodmena.auth.api;

import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the requests in flight, so that a shutdown can wait for them, and reports each completed one to the listener.
 * Thread-safe.
 */
final class InFlight {
    private static final AttachmentKey<Boolean> TRUNCATED = AttachmentKey.create(Boolean.class);

    private final RequestListener listener;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile boolean refusing;

    InFlight(RequestListener listener) {
        this.listener = listener;
    }

    /** The number of requests in flight. */
    int requests() {
        return requests.get();
    }

    /** Marks an exchange whose connection ends before the whole response was sent. */
    static void markTruncated(HttpServerExchange exchange) {
        exchange.putAttachment(TRUNCATED, true);
    }

    /** Counts a request; the count drops again when its exchange completes. */
    Request enter(HttpServerExchange exchange) {
        requests.incrementAndGet();
        Request request = new Request(refusing);
        exchange.addExchangeCompleteListener(request);
        return request;
    }

    private void notifyListener(HttpServerExchange exchange, Request request) {
        listener.onCompleted(
                request.route,
                exchange.isResponseStarted() && exchange.getAttachment(TRUNCATED) == null
                        ? exchange.getStatusCode()
                        : RequestListener.INCOMPLETE_RESPONSE,
                Duration.ofNanos(System.nanoTime() - request.startNanos));
    }

    private void leave() {
        if (requests.decrementAndGet() == 0 && refusing) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /** A request in flight. */
    final class Request implements ExchangeCompletionListener {
        private final long startNanos = System.nanoTime();
        private final boolean late;
        private String route = RequestListener.NO_ROUTE;

        private Request(boolean late) {
            this.late = late;
        }

        /** The arrival of the request's head, a time of {@link System#nanoTime}. */
        long startNanos() {
            return startNanos;
        }

        /** Whether the request arrived after the listener stopped serving; then it must not reach the database. */
        boolean isLate() {
            return late;
        }

        /** Sets the route, once the gate has found it. */
        void setRoute(Route route) {
            this.route = route.name();
        }

        @Override
        public void exchangeEvent(HttpServerExchange exchange, NextListener next) {
            // proceed() starts the next request of the connection; count it before this one leaves.
            try {
                notifyListener(exchange, this);
            } finally {
                try {
                    next.proceed();
                } finally {
                    leave();
                }
            }
        }
    }

    /** Marks all later requests as late. */
    void refuseLater() {
        refusing = true;
    }

    /**
     * Waits until no request is in flight. An interrupt ends the wait; the thread's interrupt flag stays set.
     *
     * @param timeout maximum time to wait
     * @return the number of requests still in flight
     */
    synchronized int await(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            for (long remaining = timeout.toNanos();
                    requests.get() > 0 && remaining > 0;
                    remaining = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, remaining);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return requests.get();
    }
}
