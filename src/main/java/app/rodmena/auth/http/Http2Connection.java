package app.rodmena.auth.http;

import io.undertow.conduits.WriteTimeoutStreamSinkConduit;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.protocols.http2.AbstractHttp2StreamSourceChannel;
import io.undertow.protocols.http2.Http2Channel;
import io.undertow.protocols.http2.Http2HeadersStreamSinkChannel;
import io.undertow.protocols.http2.Http2RstStreamStreamSourceChannel;
import io.undertow.protocols.http2.Http2Setting;
import io.undertow.protocols.http2.Http2SettingsStreamSourceChannel;
import io.undertow.protocols.http2.Http2StreamSourceChannel;
import io.undertow.server.Connectors;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.framed.FrameHeaderData;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.server.protocol.http2.Http2ReceiveListener;
import io.undertow.util.AttachmentKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;

/**
 * An HTTP/2 connection. Limits its concurrent streams and how often its client may reset them, reports reset streams as
 * hang-ups, and closes the connection when it is idle. Its methods must be called on its I/O thread, unless stated
 * otherwise.
 */
final class Http2Connection extends Http2Channel {
    private static final Logger LOG = LoggerFactory.getLogger("auth.http");
    private static final AttachmentKey<Http2Connection> CONNECTION = AttachmentKey.create(Http2Connection.class);
    private static final AttachmentKey<Stream> STREAM = AttachmentKey.create(Stream.class);

    /** Maximum number of streams that a client may reset in {@link #RESET_WINDOW}: the default of nghttp2. */
    static final int MAX_RESETS = 1000;

    static final Duration RESET_WINDOW = Duration.ofSeconds(30);

    /** Chrome's value. Undertow would let a client grow the table for compression without limit. */
    private static final long MAX_HEADER_TABLE_BYTES = 64 * 1024;

    private final HttpPort.Limits limits;

    /**
     * Permits for the concurrent streams of all connections: a response that is not read holds buffers off the heap.
     */
    private final Semaphore allStreams;

    private final Map<Integer, Stream> streams = new ConcurrentHashMap<>();

    /** The stream whose request is handled next: Undertow calls the handler on the same thread. */
    private Http2StreamSourceChannel latest;

    private XnioExecutor.Key idleCheck;
    private long idleSinceNanos = System.nanoTime();
    private volatile boolean closingWhenIdle;
    private long resetWindowStartNanos = System.nanoTime();
    private int resets;
    private int blockedResponses;

    private Http2Connection(StreamConnection connection, Http2Listener listener) {
        super(
                connection,
                null,
                listener.http1.getBufferPool(),
                null,
                false,
                false,
                listener.http1.getUndertowOptions());
        this.limits = listener.limits;
        this.allStreams = listener.allStreams;
        putAttachment(CONNECTION, this);
    }

    /** The HTTP/2 connection of an exchange; empty for HTTP/1. May be called on any thread. */
    static Optional<Http2Connection> of(HttpServerExchange exchange) {
        return Optional.ofNullable(exchange.getConnection().getAttachment(CONNECTION));
    }

    /** Whether the exchange's stream was reset by the client or its connection was closed. */
    static boolean isReset(HttpServerExchange exchange) {
        Stream stream = exchange.getAttachment(STREAM);
        return stream != null && stream.reset;
    }

    /** Runs a callback when the client resets the exchange's stream or the connection is closed; not for HTTP/1. */
    static void whenReset(HttpServerExchange exchange, Runnable onReset) {
        Stream stream = exchange.getAttachment(STREAM);
        if (stream != null) {
            stream.whenReset(onReset);
        }
    }

    void start() {
        checkIdleAfter(limits.idleTimeout().toNanos());
        addCloseTask(closed -> {
            idleCheck.remove();
            new ArrayList<>(streams.values()).forEach(Stream::reset);
        });
        resumeReceives();
    }

    private void checkIdleAfter(long nanos) {
        idleCheck = getIoThread().executeAfter(this::checkIdle, nanos, TimeUnit.NANOSECONDS);
    }

    private void checkIdle() {
        if (!isOpen()) {
            return;
        }
        long idleNanos = streams.isEmpty() ? System.nanoTime() - idleSinceNanos : 0;
        if (idleNanos >= limits.idleTimeout().toNanos()) {
            goAway();
        } else {
            checkIdleAfter(limits.idleTimeout().toNanos() - idleNanos);
        }
    }

    /**
     * Closes the connection after the responses to the current requests; refuses new ones, which clients may repeat on
     * another connection. May be called on any thread.
     */
    void closeWhenIdle() {
        closingWhenIdle = true;
    }

    void goAway() {
        sendGoAway(ERROR_NO_ERROR);
    }

    @Override
    protected AbstractHttp2StreamSourceChannel createChannelImpl(FrameHeaderData header, PooledByteBuffer data)
            throws IOException {
        AbstractHttp2StreamSourceChannel channel = super.createChannelImpl(header, data);
        if (channel instanceof Http2RstStreamStreamSourceChannel reset) {
            onReset(reset.getStreamId());
        } else if (channel instanceof Http2StreamSourceChannel request) {
            latest = request;
        } else if (channel instanceof Http2SettingsStreamSourceChannel settings
                && settings.getSettings().stream().anyMatch(Http2Connection::isLargeTable)) {
            calm("bytes in the table for header compression");
        }
        return channel;
    }

    private static boolean isLargeTable(Http2Setting setting) {
        return setting.getId() == Http2Setting.SETTINGS_HEADER_TABLE_SIZE
                && setting.getValue() > MAX_HEADER_TABLE_BYTES;
    }

    private void onReset(int streamId) {
        // Undertow has the same limit but does not count resets of requests without a body
        long now = System.nanoTime();
        if (now - resetWindowStartNanos > RESET_WINDOW.toNanos()) {
            resetWindowStartNanos = now;
            resets = 0;
        }
        resets++;
        if (resets > MAX_RESETS) {
            calm("streams were reset");
        }
        Stream stream = streams.get(streamId);
        if (stream != null) {
            stream.reset();
        }
    }

    private void calm(String reason) {
        LOG.debug("Closing the HTTP/2 connection of {}: too many {}", getPeerAddress(), reason);
        sendGoAway(ERROR_ENHANCE_YOUR_CALM);
    }

    /** Handles a new request; refuses it if there are too many, or if the connection closes when it is idle. */
    void handle(HttpServerExchange exchange, HttpHandler handler) throws Exception {
        int id = latest.getStreamId();
        if (closingWhenIdle || streams.size() >= limits.maxStreams() || !allStreams.tryAcquire()) {
            sendRstStream(id, ERROR_REFUSED_STREAM);
            terminate(exchange);
            return;
        }
        Stream stream = new Stream(exchange, latest.getResponseChannel());
        streams.put(id, stream);
        exchange.putAttachment(STREAM, stream);
        exchange.addExchangeCompleteListener((completed, next) -> {
            try {
                next.proceed();
            } finally {
                leave(id, stream);
            }
        });
        handler.handleRequest(exchange);
    }

    private void leave(int id, Stream stream) {
        streams.remove(id);
        allStreams.release();
        // Undertow may keep a frame that waits for flow control, although its stream was reset by the client or a
        // timeout
        if (stream.response.isReadyForFlush() || stream.response.isBroken()) {
            blockedResponses++;
            if (blockedResponses > limits.maxStreams()) {
                calm("responses were reset before they were read");
            }
        }
        idleSinceNanos = System.nanoTime();
        if (closingWhenIdle && streams.isEmpty()) {
            getIoThread().execute(() -> {
                if (streams.isEmpty()) {
                    goAway();
                }
            });
        }
    }

    /** Completes an exchange whose stream was reset, without sending anything. */
    static void terminate(HttpServerExchange exchange) {
        Connectors.terminateRequest(exchange);
        Connectors.terminateResponse(exchange);
    }

    private static final class Stream {
        private final HttpServerExchange exchange;
        private final Http2HeadersStreamSinkChannel response;
        private Runnable onReset = () -> {};
        private volatile boolean reset;

        Stream(HttpServerExchange exchange, Http2HeadersStreamSinkChannel response) {
            this.exchange = exchange;
            this.response = response;
        }

        void whenReset(Runnable callback) {
            onReset = callback;
            if (reset) {
                callback.run();
            }
        }

        void reset() {
            if (reset) {
                return;
            }
            reset = true;
            onReset.run();
            if (exchange.isResponseStarted()) {
                // Undertow would never complete an exchange whose frame waits for flow control
                Response.markTruncated(exchange);
                terminate(exchange);
            }
        }
    }

    /**
     * Opens HTTP/2 connections. Replaces Undertow's listener, because its connections report no reset stream to a
     * handler and do not enforce the maximum number of streams. Thread-safe.
     */
    static final class Http2Listener {
        private final HttpOpenListener http1;
        private final HttpHandler handler;
        private final HttpPort.Limits limits;
        private final Semaphore allStreams;
        private final Set<Http2Connection> connections = ConcurrentHashMap.newKeySet();

        /** @param http1 has the options and the buffers */
        Http2Listener(HttpOpenListener http1, HttpHandler handler, HttpPort.Limits limits) {
            this.http1 = http1;
            this.handler =
                    exchange -> Http2Connection.of(exchange).orElseThrow().handle(exchange, handler);
            this.limits = limits;
            this.allStreams = new Semaphore(limits.maxClients());
        }

        /** Serves a connection after its TLS handshake. Must be called on its I/O thread. */
        void open(StreamConnection connection) {
            Http2Connection http2 = new Http2Connection(connection, this);
            var sink = connection.getSinkChannel();
            sink.setConduit(new WriteTimeoutStreamSinkConduit(sink.getConduit(), connection, http1));
            connections.add(http2);
            http2.addCloseTask(closed -> connections.remove(http2));
            http2.getReceiveSetter()
                    .set(new Http2ReceiveListener(
                            handler,
                            http1.getUndertowOptions(),
                            http1.getBufferPool().getBufferSize(),
                            null));
            http2.start();
        }

        void closeConnections() {
            for (Http2Connection connection : connections) {
                connection.getIoThread().execute(connection::goAway);
            }
        }
    }
}
