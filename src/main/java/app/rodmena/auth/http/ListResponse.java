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
 * The answer to a request for a long list, which is sent while it is read. The first megabyte (or less, where the
 * budget is small) is held back: a failure before that is answered as such, and a list that ends before that needs no
 * connection to the database while its client reads. A failure after that cuts the client's connection, so that no part
 * of a list is taken for the whole.
 *
 * <p>The budget bounds how far reading runs ahead of the client. Where it is used up, reading waits with its connection
 * to the database, but in all no longer than a part of read_timeout; then the client is cut.
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
    /** Of the budget: what is unsent and what is being sent. */
    private long held;

    private boolean started;
    private boolean sending;
    private boolean ended;
    private boolean gone;

    /** Used by the I/O thread only. */
    private int beingSent;

    /** @param patience longest time in all to wait for the client while the list is read */
    ListResponse(HttpServerExchange exchange, ResponseBudget budget, ClientKey tenant, Duration patience) {
        this.exchange = exchange;
        this.budget = budget;
        this.tenant = tenant;
        this.patienceNanos = patience.toNanos();
    }

    /** There is no room for an answer that has not begun. */
    static final class NoRoomException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoRoomException() {
            super("too many answers wait for their clients to read them");
        }
    }

    /** An answer that has begun can't be completed, because of its client. */
    static final class ClientException extends RuntimeException {
        private static final long serialVersionUID = 1;

        ClientException(String message) {
            super(message);
        }
    }

    /** @throws NoRoomException if there is no room for so much now */
    void requireRoom(long bytes) {
        if (!budget.hasRoom(tenant, bytes)) {
            throw new NoRoomException();
        }
    }

    /**
     * Adds to the body. Blocks while the client is slow.
     *
     * @throws NoRoomException if there is no room and nothing was sent yet
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
                // The client has read all so far; what other answers hold is not its fault.
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

    /** The body is complete. */
    synchronized void end() {
        ended = true;
        send(held);
    }

    /**
     * The body can't be completed.
     *
     * @return whether nothing was sent yet, so that a failure can be answered; else the connection is cut
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

    /** @param length of the body, if nothing was sent yet; -1 if that is unknown */
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
