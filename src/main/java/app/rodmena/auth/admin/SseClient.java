package app.rodmena.auth.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.operators.OperatorSession;
import app.rodmena.auth.wire.RequestBody;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.xnio.channels.StreamSinkChannel;

/**
 * One who watches the event stream, until the connection ends. Thread-safe: anybody may offer messages, which the
 * connection's I/O thread writes as fast as they are read; what does not fit is dropped and counted.
 */
final class SseClient implements ResponseWriter {
    private static final int MOST_BYTES = 256 * 1024;

    /** Where the stream breaks, browsers come again after that. */
    private static final String GREETING = "retry: 2000\n\n";

    private final OperatorSession caller;
    private final Set<PoolEventKind> kinds;
    private final Consumer<SseClient> gone;

    private final AtomicLong dropped = new AtomicLong();

    // Guarded by this
    private final Deque<ByteBuffer> pending = new ArrayDeque<>();
    private long pendingBytes;
    private boolean awaited;
    private boolean closed;
    private HttpServerExchange exchange;

    /** Used by the I/O thread only. */
    private StreamSinkChannel channel;

    SseClient(OperatorSession caller, Set<PoolEventKind> kinds, Consumer<SseClient> gone) {
        this.caller = caller;
        this.kinds = Set.copyOf(kinds);
        this.gone = gone;
        offer(ByteBuffer.wrap(GREETING.getBytes(UTF_8)));
    }

    OperatorSession caller() {
        return caller;
    }

    Set<PoolEventKind> kinds() {
        return kinds;
    }

    /** How many messages this one did not get, because it reads too slowly or because there were too many at once. */
    long dropped() {
        return dropped.get();
    }

    /** It would have got an event that was lost before it could be offered. Never blocks. */
    void missOne() {
        dropped.incrementAndGet();
    }

    @Override
    public void send(HttpServerExchange answered) {
        Reply.protect(answered);
        answered.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/event-stream");
        synchronized (this) {
            exchange = answered;
            awaited = true;
        }
        answered.getConnection().addCloseListener(connection -> forget());
        answered.getIoThread().execute(this::begin);
    }

    /** Never blocks. */
    synchronized void offer(ByteBuffer message) {
        if (closed) {
            return;
        }
        if (pendingBytes + message.remaining() > MOST_BYTES) {
            dropped.incrementAndGet();
            return;
        }
        pending.add(message.duplicate());
        pendingBytes += message.remaining();
        if (exchange != null && !awaited) {
            awaited = true;
            exchange.getIoThread().execute(this::write);
        }
    }

    /** Cuts the connection. */
    void close() {
        HttpServerExchange open;
        synchronized (this) {
            open = exchange;
        }
        forget();
        if (open != null) {
            RequestBody.closeConnection(open);
        }
    }

    private void forget() {
        synchronized (this) {
            closed = true;
            pending.clear();
            pendingBytes = 0;
        }
        gone.accept(this);
    }

    private void begin() {
        channel = exchange.getResponseChannel();
        if (exchange.getRequestMethod().toString().equals("HEAD")) {
            forget();
            exchange.endExchange();
            return;
        }
        channel.getWriteSetter().set(writable -> write());
        write();
    }

    /** Writes what the connection takes; the rest when it takes more. On the I/O thread. */
    private void write() {
        try {
            for (ByteBuffer next = next(); next != null; next = next()) {
                channel.write(next);
                if (next.hasRemaining()) {
                    channel.resumeWrites();
                    return;
                }
            }
            if (channel.flush()) {
                channel.suspendWrites();
            } else {
                channel.resumeWrites();
            }
        } catch (IOException e) {
            close();
        }
    }

    /** What is to be written now; null, and nobody writes any more, if there is nothing. */
    private synchronized ByteBuffer next() {
        while (!pending.isEmpty() && !pending.peek().hasRemaining()) {
            pendingBytes -= pending.remove().limit();
        }
        ByteBuffer next = pending.peek();
        awaited = next != null;
        return next;
    }
}
