package app.rodmena.auth.http;

import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the requests that are being answered, so that a shutdown can wait for them, and tells of those that were. */
final class InFlight {
    private static final AttachmentKey<Boolean> CUT = AttachmentKey.create(Boolean.class);

    private final RequestListener listener;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile boolean draining;

    InFlight(RequestListener listener) {
        this.listener = listener;
    }

    /** How many are being answered. */
    int requests() {
        return requests.get();
    }

    /** The connection ends before all of the answer was sent. */
    static void markCut(HttpServerExchange exchange) {
        exchange.putAttachment(CUT, true);
    }

    /** Counts a request in; it counts itself out when its exchange completes. */
    Request enter(HttpServerExchange exchange) {
        requests.incrementAndGet();
        Request request = new Request(draining);
        exchange.addExchangeCompleteListener(request);
        return request;
    }

    private void tell(HttpServerExchange exchange, Request request) {
        listener.onAnswered(
                request.route,
                exchange.isResponseStarted() && exchange.getAttachment(CUT) == null
                        ? exchange.getStatusCode()
                        : RequestListener.NOT_ANSWERED,
                Duration.ofNanos(System.nanoTime() - request.startNanos));
    }

    private void leave() {
        if (requests.decrementAndGet() == 0 && draining) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /** One request, until its exchange completes. */
    final class Request implements ExchangeCompletionListener {
        private final long startNanos = System.nanoTime();
        private final boolean late;
        private String route = RequestListener.NO_ROUTE;

        private Request(boolean late) {
            this.late = late;
        }

        /** Whether a shutdown had begun when it came, so that it is not to be answered like any other. */
        boolean isLate() {
            return late;
        }

        /** The gate has found out what is asked. */
        void is(Route route) {
            this.route = route.name();
        }

        @Override
        public void exchangeEvent(HttpServerExchange exchange, NextListener next) {
            // The connection first takes up its next request, which so is counted before this one is gone.
            try {
                tell(exchange, this);
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
