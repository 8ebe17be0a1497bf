package app.rodmena.auth.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Methods;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import org.xnio.channels.StreamSinkChannel;

/**
 * A client of a stream of server-sent events, until its connection ends. Any thread may offer messages; the
 * connection's I/O thread writes them as fast as the client reads. Messages beyond the buffer's limit are dropped and
 * counted. Thread-safe.
 */
public final class SseClient {
    /** The content type of the stream. */
    public static final String TYPE = "text/event-stream";

    /** A message without an event, for every {@link #HEARTBEAT_INTERVAL}. */
    public static final ByteBuffer HEARTBEAT = message(": heartbeat\n\n");

    public static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(15);

    private static final int MAX_BUFFERED_BYTES = 256 * 1024;

    /** Browsers reconnect after this many milliseconds if the stream breaks. */
    private static final String RETRY_FIELD = "retry: 2000\n\n";

    private final Runnable onClosed;
    private final Runnable onDrained;

    private final AtomicLong dropped = new AtomicLong();

    // Guarded by this
    private final Deque<ByteBuffer> pending = new ArrayDeque<>();
    private long pendingBytes;
    private boolean writeScheduled;
    private boolean closed;
    private HttpServerExchange exchange;

    /** Used by the I/O thread only. */
    private StreamSinkChannel channel;

    /**
     * @param closedCallback called when the connection has ended; may be called several times
     * @param drainedCallback called on the I/O thread whenever everything queued has been sent
     */
    public SseClient(Runnable closedCallback, Runnable drainedCallback) {
        this.onClosed = closedCallback;
        this.onDrained = drainedCallback;
        offer(message(RETRY_FIELD));
    }

    public static ByteBuffer message(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8)).asReadOnlyBuffer();
    }

    /** The number of messages this client missed because it reads too slowly or because the event queue was full. */
    public long dropped() {
        return dropped.get();
    }

    /** Counts an event that was lost because the event queue was full. Never blocks. */
    public void countDropped() {
        dropped.incrementAndGet();
    }

    /** Starts writing the stream; closes the connection if the stream has ended before. Called on the I/O thread. */
    public void start(HttpServerExchange newExchange) {
        boolean ended;
        synchronized (this) {
            ended = closed;
            exchange = newExchange;
            writeScheduled = true;
        }
        if (ended) {
            RequestBody.closeConnection(newExchange);
        } else if (newExchange.getRequestMethod().equals(Methods.HEAD)) {
            release();
            newExchange.endExchange();
        } else {
            releaseAtEnd();
            channel = newExchange.getResponseChannel();
            channel.getWriteSetter().set(writable -> write());
            write();
        }
    }

    /**
     * Releases at the end of an HTTP/2 stream. A stream over HTTP/1 ends with its connection, so that it has no other.
     */
    private void releaseAtEnd() {
        if (Http2Connection.of(exchange).isPresent()) {
            exchange.addExchangeCompleteListener((completed, next) -> {
                release();
                next.proceed();
            });
        } else {
            exchange.getConnection().addCloseListener(connection -> release());
        }
    }

    /** Whether everything queued has been sent. */
    public synchronized boolean isDrained() {
        return pending.isEmpty();
    }

    /** Queues a message, or drops it, counts it and returns false if the buffer is full. Never blocks. */
    public synchronized boolean offer(ByteBuffer message) {
        if (closed) {
            return false;
        }
        if (pendingBytes + message.remaining() > MAX_BUFFERED_BYTES) {
            dropped.incrementAndGet();
            return false;
        }
        pending.add(message.duplicate());
        pendingBytes += message.remaining();
        if (exchange != null && !writeScheduled) {
            writeScheduled = true;
            exchange.getIoThread().execute(this::write);
        }
        return true;
    }

    public void close() {
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
        onClosed.run();
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
            if (!channel.flush()) {
                channel.resumeWrites();
                return;
            }
            channel.suspendWrites();
            onDrained.run();
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
