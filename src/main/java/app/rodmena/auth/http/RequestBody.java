package app.rodmena.auth.http;

import io.undertow.io.DefaultIoCallback;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.channels.Channels;
import org.xnio.channels.StreamSourceChannel;

/** Reads a request's body on the I/O thread, in bounded size and time. */
public final class RequestBody {
    public enum End {
        COMPLETE,
        TOO_LARGE,
        TOO_SLOW,
        BROKEN
    }

    private static final int READ_BYTES = 4096;

    /** Time that a refused client may continue to send, so that it can read the response. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final StreamSourceChannel channel;

    /** Takes the channel of a request's body, which Undertow provides only once per request. */
    public RequestBody(HttpServerExchange exchange) {
        channel = exchange.getRequestChannel();
    }

    /** Closes the connection; over HTTP/2, only the request's stream. */
    public static void closeConnection(HttpServerExchange exchange) {
        if (Http2Connection.isReset(exchange)) {
            Http2Connection.terminate(exchange);
        } else {
            IoUtils.safeClose(exchange.getConnection());
            exchange.endExchange();
        }
    }

    /** A callback that runs {@code next} when the response was sent; if sending failed, it ends the exchange. */
    public static IoCallback onSent(Runnable next) {
        return new DefaultIoCallback() {
            @Override
            public void onComplete(HttpServerExchange exchange, Sender sender) {
                next.run();
            }
        };
    }

    /**
     * A callback for a response that was sent while the client is still sending: discards input for a while, then
     * closes the connection. Closing it immediately would destroy the response.
     */
    public IoCallback lingering(HttpServerExchange exchange) {
        Runnable linger = () -> discard(Long.MAX_VALUE - 1, LINGER, end -> {
            if (!exchange.isComplete()) {
                closeConnection(exchange);
            }
        });
        // HTTP/2 sends the end of a response only when it is closed; afterwards, the end of the body ends the exchange
        return Http2Connection.of(exchange).isPresent()
                ? onSent(() -> exchange.getResponseSender().close(onSent(linger)))
                : onSent(linger);
    }

    /**
     * Reads the body into memory.
     *
     * @param maxBytes maximum number of bytes
     * @param timeout maximum time for the whole body to arrive
     * @param callback called once, on the I/O thread, with the body if {@link End#COMPLETE}, otherwise with a part of
     *     it
     */
    public void collect(int maxBytes, Duration timeout, BiConsumer<End, byte[]> callback) {
        ByteArrayOutputStream collected = new ByteArrayOutputStream();
        ByteBuffer part = ByteBuffer.allocate(READ_BYTES);
        ByteSource source = limit -> {
            int read = channel.read(part.clear());
            collected.write(part.array(), 0, Math.max(0, read));
            return read;
        };
        new BodyReader(source, maxBytes, end -> callback.accept(end, collected.toByteArray())).read(timeout);
    }

    /** Reads and discards the body; calls back once, on the I/O thread. */
    public void discard(long maxBytes, Duration timeout, Consumer<End> callback) {
        new BodyReader(limit -> Channels.drain(channel, limit), maxBytes, callback).read(timeout);
    }

    /** Reads available bytes, {@code limit} or a few more at most; returns -1 at the end. */
    private interface ByteSource {
        long read(long limit) throws IOException;
    }

    private final class BodyReader {
        private final ByteSource source;
        private final Consumer<End> onEnd;
        private long remaining;
        private XnioExecutor.Key deadline;
        private boolean ended;

        BodyReader(ByteSource source, long maxBytes, Consumer<End> callback) {
            this.source = source;
            this.remaining = maxBytes;
            this.onEnd = callback;
        }

        void read(Duration timeout) {
            if (!drain()) {
                deadline = channel.getIoThread()
                        .executeAfter(() -> end(End.TOO_SLOW), timeout.toMillis(), TimeUnit.MILLISECONDS);
                channel.getReadSetter().set(readable -> drain());
                channel.resumeReads();
            }
        }

        /** Reads available bytes; returns whether reading has ended. */
        private boolean drain() {
            try {
                while (!ended) {
                    long read = source.read(remaining + 1);
                    if (read == 0) {
                        return false;
                    }
                    remaining -= Math.max(read, 0);
                    if (read < 0) {
                        end(End.COMPLETE);
                    } else if (remaining < 0) {
                        end(End.TOO_LARGE);
                    }
                }
            } catch (IOException e) {
                end(End.BROKEN);
            }
            return true;
        }

        private void end(End result) {
            if (ended) {
                return;
            }
            ended = true;
            if (deadline != null) {
                deadline.remove();
                channel.getReadSetter().set(null);
                channel.suspendReads();
            }
            onEnd.accept(result);
        }
    }
}
