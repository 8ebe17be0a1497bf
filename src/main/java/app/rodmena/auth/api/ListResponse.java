package app.rodmena.auth.api;

import app.rodmena.auth.http.Gzip;
import app.rodmena.auth.http.HttpError;
import app.rodmena.auth.http.RequestBody;
import app.rodmena.auth.http.RequestHandler;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.http.ResponseBudget;
import app.rodmena.auth.rbac.ClientKey;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The response to a request for a long list, sent while the list is read from the database. The first megabyte (less if
 * the budget is small) is buffered: until it is full, a failure still gets an error response, and a list that ends is
 * sent after its database connection has been released. A later failure closes the client's connection, so that the
 * client cannot mistake a part of the list for the whole.
 *
 * <p>The budget limits how far reading runs ahead of the client. When the budget is exhausted, reading waits and keeps
 * its database connection, in total for at most a fraction of read_timeout; then the client's connection is closed.
 *
 * <p>One thread at a time writes the body; the I/O thread sends it.
 */
final class ListResponse implements IoCallback {
    private static final Logger LOG = LoggerFactory.getLogger("auth.http");
    private static final long MAX_BUFFERED_BYTES = 1024 * 1024;
    private static final Response HEAD = Response.of(200, Response.JSON, new byte[0]);
    private static final Response GZIPPED_HEAD = HEAD.with(Headers.CONTENT_ENCODING, "gzip");
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(50);

    private final HttpServerExchange exchange;
    private final ResponseBudget budget;
    private final ClientKey tenant;
    private final boolean gzipped;
    private long remainingWaitNanos;

    // Guarded by this
    private final Deque<ByteBuffer> unsent = new ArrayDeque<>();
    /** Bytes taken from the budget: those unsent and those being sent. */
    private long reservedBytes;

    private boolean started;
    private boolean sending;
    private boolean ended;
    private boolean closed;

    /** Used by the I/O thread only. */
    private int sendingBytes;

    /** @param maxWait maximum total time to wait for the client while the list is read */
    ListResponse(HttpServerExchange exchange, ResponseBudget budget, ClientKey tenant, Duration maxWait) {
        this.exchange = exchange;
        this.budget = budget;
        this.tenant = tenant;
        this.gzipped = Gzip.isAccepted(exchange);
        this.remainingWaitNanos = maxWait.toNanos();
    }

    boolean isGzipped() {
        return gzipped;
    }

    /** @throws HttpError if the budget has no room for this many bytes now */
    void requireRoom(long bytes) {
        if (!budget.hasRoom(tenant, bytes)) {
            throw RequestHandler.tooManyUnread();
        }
    }

    /**
     * Appends to the body. Blocks while the budget is exhausted and the client has not read everything.
     *
     * @throws HttpError if the budget has no room and nothing was sent yet
     * @throws IllegalStateException if the client is gone or too slow
     */
    synchronized void write(byte[] json) {
        while (true) {
            if (closed) {
                throw new IllegalStateException("the client has disconnected");
            }
            if (budget.take(tenant, json.length)) {
                break;
            }
            if (!started) {
                throw RequestHandler.tooManyUnread();
            }
            if (reservedBytes == 0) {
                // The client has read everything so far; other responses exhaust the budget.
                budget.forceTake(tenant, json.length);
                break;
            }
            awaitClient();
        }
        reservedBytes += json.length;
        unsent.add(ByteBuffer.wrap(json));
        if (started || reservedBytes >= Math.min(MAX_BUFFERED_BYTES, budget.max() / 8)) {
            send(-1);
        }
    }

    private void awaitClient() {
        if (remainingWaitNanos <= 0) {
            throw new IllegalStateException("the client reads too slowly");
        }
        long before = System.nanoTime();
        try {
            TimeUnit.NANOSECONDS.timedWait(this, Math.min(remainingWaitNanos, CHECK_INTERVAL.toNanos()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted");
        }
        remainingWaitNanos -= System.nanoTime() - before;
    }

    synchronized void end() {
        ended = true;
        send(reservedBytes);
    }

    /** Gives up the body; closes the connection and returns false if a part was sent already. */
    boolean fail(Throwable failure) {
        boolean truncated;
        synchronized (this) {
            truncated = started;
            release();
        }
        if (truncated) {
            LOG.debug("A list is cut off: {}", failure.getMessage());
            exchange.getIoThread().execute(() -> {
                Response.markTruncated(exchange);
                RequestBody.closeConnection(exchange);
            });
        }
        return !truncated;
    }

    /** @param length bytes of the whole body, if nothing was sent yet; -1 if unknown */
    private void send(long length) {
        if (!started) {
            started = true;
            sending = true;
            exchange.getIoThread().execute(() -> begin(length));
        } else if (!sending && !closed) {
            sending = true;
            exchange.getIoThread().execute(this::sendNext);
        }
    }

    private void begin(long length) {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        exchange.addExchangeCompleteListener((completed, next) -> {
            synchronized (this) {
                release();
            }
            next.proceed();
        });
        Gzip.vary(exchange);
        (gzipped ? GZIPPED_HEAD : HEAD).setStatusAndHeaders(exchange);
        if (length >= 0) {
            exchange.setResponseContentLength(length);
        }
        sendNext();
    }

    private void sendNext() {
        ByteBuffer next;
        synchronized (this) {
            next = unsent.poll();
            sending = next != null;
            if (closed || (next == null && !ended)) {
                return;
            }
        }
        if (next == null) {
            exchange.endExchange();
            return;
        }
        sendingBytes = next.remaining();
        exchange.getResponseSender().send(next, this);
    }

    @Override
    public void onComplete(HttpServerExchange sent, Sender sender) {
        synchronized (this) {
            if (!closed) {
                budget.release(tenant, sendingBytes);
                reservedBytes -= sendingBytes;
                notifyAll();
            }
        }
        sendNext();
    }

    @Override
    public void onException(HttpServerExchange sent, Sender sender, IOException exception) {
        Response.markTruncated(exchange);
        synchronized (this) {
            release();
        }
        END_EXCHANGE.onException(sent, sender, exception);
    }

    private void release() {
        closed = true;
        unsent.clear();
        budget.release(tenant, reservedBytes);
        reservedBytes = 0;
        notifyAll();
    }
}
