package app.rodmena.auth.http;

import app.rodmena.auth.rbac.ClientKey;
import app.rodmena.auth.wire.RequestBody;
import app.rodmena.auth.wire.ResponseBudget;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
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
 * the budget is small) is held back. A failure before that gets an error response, and a list that ends before that is
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
    private static final long MAX_HELD_BACK = 1024 * 1024;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final HttpServerExchange exchange;
    private final ResponseBudget budget;
    private final ClientKey tenant;
    private long patienceNanos;

    // Guarded by this
    private final Deque<ByteBuffer> unsent = new ArrayDeque<>();
    /** Bytes taken from the budget: those unsent and those being sent. */
    private long held;

    private boolean started;
    private boolean sending;
    private boolean ended;
    private boolean gone;

    /** Used by the I/O thread only. */
    private int beingSent;

    /** @param patience maximum total time to wait for the client while the list is read */
    ListResponse(HttpServerExchange exchange, ResponseBudget budget, ClientKey tenant, Duration patience) {
        this.exchange = exchange;
        this.budget = budget;
        this.tenant = tenant;
        this.patienceNanos = patience.toNanos();
    }

    /** The budget has no room for a response that has not been started. */
    static final class NoRoomException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoRoomException() {
            super("too many answers wait for their clients to read them");
        }
    }

    /** A response that has been started cannot be completed, because the client is gone or reads too slowly. */
    static final class ClientException extends RuntimeException {
        private static final long serialVersionUID = 1;

        ClientException(String message) {
            super(message);
        }
    }

    /** @throws NoRoomException if the budget has no room for this many bytes now */
    void requireRoom(long bytes) {
        if (!budget.hasRoom(tenant, bytes)) {
            throw new NoRoomException();
        }
    }

    /**
     * Appends to the body. Blocks while the budget is exhausted and the client has not read everything.
     *
     * @throws NoRoomException if the budget has no room and nothing was sent yet
     * @throws ClientException if the client is gone or too slow
     */
    synchronized void write(byte[] json) {
        while (true) {
            if (gone) {
                throw new ClientException("the client is gone");
            }
            if (budget.take(tenant, json.length)) {
                break;
            }
            if (!started) {
                throw new NoRoomException();
            }
            if (held == 0) {
                // The client has read everything so far; other responses exhaust the budget.
                budget.forceTake(tenant, json.length);
                break;
            }
            awaitClient();
        }
        held += json.length;
        unsent.add(ByteBuffer.wrap(json));
        if (started || held >= Math.min(MAX_HELD_BACK, budget.max() / 8)) {
            send(-1);
        }
    }

    private void awaitClient() {
        if (patienceNanos <= 0) {
            throw new ClientException("the client reads too slowly");
        }
        long before = System.nanoTime();
        try {
            TimeUnit.NANOSECONDS.timedWait(this, Math.min(patienceNanos, LOOK_AGAIN.toNanos()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientException("interrupted");
        }
        patienceNanos -= System.nanoTime() - before;
    }

    /** Completes the body. */
    synchronized void end() {
        ended = true;
        send(held);
    }

    /**
     * Gives up the body. Closes the connection if a part was sent already.
     *
     * @return whether nothing was sent yet, so that the caller can send an error response
     */
    boolean fail(Throwable failure) {
        boolean cut;
        synchronized (this) {
            cut = started;
            forget();
        }
        if (cut) {
            LOG.debug("A list is cut off: {}", failure.getMessage());
            exchange.getIoThread().execute(() -> {
                InFlight.markCut(exchange);
                RequestBody.closeConnection(exchange);
            });
        }
        return !cut;
    }

    /** @param length bytes of the whole body, if nothing was sent yet; -1 if unknown */
    private void send(long length) {
        if (!started) {
            started = true;
            sending = true;
            exchange.getIoThread().execute(() -> begin(length));
        } else if (!sending && !gone) {
            sending = true;
            exchange.getIoThread().execute(this::sendNext);
        }
    }

    private void begin(long length) {
        synchronized (this) {
            if (gone) {
                return;
            }
        }
        exchange.addExchangeCompleteListener((completed, next) -> {
            synchronized (this) {
                forget();
            }
            next.proceed();
        });
        Response.describe(exchange, 200);
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
            if (gone || (next == null && !ended)) {
                return;
            }
        }
        if (next == null) {
            exchange.endExchange();
            return;
        }
        beingSent = next.remaining();
        exchange.getResponseSender().send(next, this);
    }

    @Override
    public void onComplete(HttpServerExchange sent, Sender sender) {
        synchronized (this) {
            if (!gone) {
                budget.release(tenant, beingSent);
                held -= beingSent;
                notifyAll();
            }
        }
        sendNext();
    }

    @Override
    public void onException(HttpServerExchange sent, Sender sender, IOException exception) {
        InFlight.markCut(exchange);
        synchronized (this) {
            forget();
        }
        END_EXCHANGE.onException(sent, sender, exception);
    }

    private void forget() {
        gone = true;
        unsent.clear();
        budget.release(tenant, held);
        held = 0;
        notifyAll();
    }
}
