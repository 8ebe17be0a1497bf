package app.rodmena.auth.api;

import app.rodmena.auth.http.Request;
import app.rodmena.auth.http.Response;
import io.undertow.util.AttachmentKey;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the requests in flight, so that a shutdown can wait for them, and reports each completed one to the listener.
 * Thread-safe.
 */
final class InFlight {
    private static final AttachmentKey<Boolean> ANSWERED = AttachmentKey.create(Boolean.class);

    private final RequestListener listener;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile boolean refusing;

    InFlight(RequestListener listener) {
        this.listener = listener;
    }

    int requests() {
        return requests.get();
    }

    /**
     * Counts a request; the count drops again when its exchange completes.
     *
     * @return whether the request arrived after the listener stopped serving; then it must not reach the database
     */
    boolean enter(Request<?> request) {
        requests.incrementAndGet();
        boolean isLate = refusing;
        request.exchange().addExchangeCompleteListener((exchange, next) -> {
            // proceed() starts the next request of the connection; count it before this one leaves.
            boolean isInFlight = exchange.getAttachment(ANSWERED) == null;
            try {
                if (isInFlight) {
                    boolean isComplete = Response.isComplete(exchange);
                    notifyListener(
                            request, isComplete ? exchange.getStatusCode() : RequestListener.INCOMPLETE_RESPONSE);
                }
            } finally {
                try {
                    next.proceed();
                } finally {
                    if (isInFlight) {
                        leave();
                    }
                }
            }
        });
        return isLate;
    }

    /** Counts a request as answered whose response is a stream without an end. Called on the I/O thread. */
    void leaveAsStream(Request<?> request) {
        request.exchange().putAttachment(ANSWERED, true);
        notifyListener(request, 200);
        leave();
    }

    private void notifyListener(Request<?> request, int status) {
        String route = request.route() == null
                ? RequestListener.NO_ROUTE
                : request.route().name();
        listener.onCompleted(route, status, Duration.ofNanos(System.nanoTime() - request.arrivedNanos()));
    }

    private void leave() {
        if (requests.decrementAndGet() == 0 && refusing) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /** Marks all later requests as late. */
    void refuseLater() {
        refusing = true;
    }

    /**
     * Waits at most this long until no request is in flight; returns the number of those that still are. An interrupt
     * ends the wait and stays set.
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
