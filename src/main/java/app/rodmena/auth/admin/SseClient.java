package app.rodmena.auth.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.http.RequestBody;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.security.OperatorSession;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.xnio.channels.StreamSinkChannel;

/**
 * A client of the event stream, until its connection ends. Any thread may offer messages; the connection's I/O thread
 * writes them as fast as the client reads. Messages beyond the buffer's limit are dropped and counted. Thread-safe.
 */
final class SseClient {
    private static final int MAX_BUFFERED_BYTES = 256 * 1024;

    /** Browsers reconnect after this many milliseconds if the stream breaks. */
    private static final String RETRY_FIELD = "retry: 2000\n\n";

    private final OperatorSession session;
    private final Set<PoolEventKind> kinds;
    private final Consumer<SseClient> onClosed;

    private final AtomicLong dropped = new AtomicLong();

    // Guarded by this
    private final Deque<ByteBuffer> pending = new ArrayDeque<>();
    private long pendingBytes;
    private boolean writeScheduled;
    private boolean closed;
    private HttpServerExchange exchange;

    /** Used by the I/O thread only. */
    private StreamSinkChannel channel;

    SseClient(OperatorSession session, Set<PoolEventKind> kinds, Consumer<SseClient> closedCallback) {
        this.session = session;
        this.kinds = Set.copyOf(kinds);
        this.onClosed = closedCallback;
        offer(ByteBuffer.wrap(RETRY_FIELD.getBytes(UTF_8)));
    }

    OperatorSession session() {
        return session;
    }

    Set<PoolEventKind> kinds() {
        return kinds;
    }

    /** The number of messages this client missed because it reads too slowly or because the event queue was full. */
    long dropped() {
        return dropped.get();
    }

    /** Counts an event that was lost because the event queue was full. Never blocks. */
    void countDropped() {
        dropped.incrementAndGet();
    }

    /** Starts writing the stream. Called on the I/O thread. */
    void start(HttpServerExchange newExchange) {
        synchronized (this) {
            exchange = newExchange;
            writeScheduled = true;
        }
        newExchange.getConnection().addCloseListener(connection -> release());
        begin();
    }

    /** Queues a message, or drops and counts it if the buffer is full. Never blocks. */
    synchronized void offer(ByteBuffer message) {
        if (closed) {
            return;
        }
        if (pendingBytes + message.remaining() > MAX_BUFFERED_BYTES) {
            dropped.incrementAndGet();
            return;
        }
        pending.add(message.duplicate());
        pendingBytes += message.remaining();
        if (exchange != null && !writeScheduled) {
            writeScheduled = true;
            exchange.getIoThread().execute(this::write);
        }
    }

    /** Closes the connection. */
    void close() {
        HttpServerExchange open;
        synchronized (this) {
            open = exchange;
        }
        release();
        if (open != null) {
            RequestBody.closeConnection(open);
        }
    }

    private void release() {
        synchronized (this) {
            closed = true;
            pending.clear();
            pendingBytes = 0;
        }
        onClosed.accept(this);
    }

    private void begin() {
        channel = exchange.getResponseChannel();
        if (exchange.getRequestMethod().toString().equals("HEAD")) {
            release();
            exchange.endExchange();
            return;
        }
        channel.getWriteSetter().set(writable -> write());
        write();
    }

    /** Writes until the socket accepts no more bytes, then waits until it is writable. Runs on the I/O thread. */
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

    /** The next buffer to write. Null if there is none; then the next {@link #offer} schedules a write. */
    private synchronized ByteBuffer next() {
        while (!pending.isEmpty() && !pending.peek().hasRemaining()) {
            pendingBytes -= pending.remove().limit();
        }
        ByteBuffer next = pending.peek();
        writeScheduled = next != null;
        return next;
    }
}
