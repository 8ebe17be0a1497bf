package app.rodmena.auth.http;

import app.rodmena.auth.common.DaemonThreads;
import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.util.Headers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioExecutor;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * An HTTP listener with its own threads and buffers. Thread-safe. It uses Undertow's protocol handler with its own
 * worker, because {@code Undertow.stop()} closes connections before their requests are answered.
 */
public final class HttpPort implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int BACKLOG = 1000;
    private static final int MAX_HEADERS = 200;
    private static final int MAX_PARAMETERS = 10_000;
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(5);

    /** XNIO itself retries a failed accept (for example without free file descriptors) only after up to 30 s. */
    private static final long ACCEPT_RETRY_MILLIS = 500;

    /**
     * Undertow closes connections whose request head exceeds this multiple of the limit; for smaller ones, handlers
     * answer 431 and keep the connection. Each connection may hold a head of that size for up to read_timeout.
     */
    private static final int UNDERTOW_HEADER_FACTOR = 2;

    private final Limits limits;
    private final DefaultByteBufferPool buffers = new DefaultByteBufferPool(true, BUFFER_BYTES, -1, 4);
    private final HttpOpenListener openListener;
    private final Http2Connection.Http2Listener http2;
    private final Optional<TlsHandshakes> tls;
    private final XnioWorker worker;
    private final AcceptingChannel<? extends StreamConnection> acceptor;
    private volatile XnioExecutor.Key acceptRetry;

    /**
     * The limits of a listener.
     *
     * @param maxClients maximum number of open connections; others wait in the operating system's queue. Also the
     *     maximum number of concurrent requests over HTTP/2; others are refused
     * @param maxHeaderBytes maximum size of a request line with its headers
     * @param maxStreams maximum number of concurrent requests of an HTTP/2 connection; 0 for HTTP/1.1 only. HTTP/2
     *     requires TLS
     * @param readTimeout maximum time for a TLS handshake, for a request's headers to arrive, and for a client to read
     *     a part of its response
     * @param idleTimeout a connection without a request for longer than this is closed
     * @param sendBufferBytes size of the operating system's send buffer; 0 for its default
     * @param ioThreads number of threads that parse requests and must never block
     * @param taskThreads number of threads for tasks that handlers dispatch
     */
    public record Limits(
            int maxClients,
            int maxHeaderBytes,
            int maxStreams,
            Duration readTimeout,
            Duration idleTimeout,
            int sendBufferBytes,
            int ioThreads,
            int taskThreads) {}

    /**
     * Binds an address; no connection is accepted before {@link #open}.
     *
     * @param name prefix of its threads' names
     * @param context the TLS context; empty for no TLS
     * @throws IOException if the address is not available; the message names it
     */
    public HttpPort(
            String name, String host, int port, Optional<SSLContext> context, Limits limits, HttpHandler handler)
            throws IOException {
        this.limits = limits;
        OptionMap options = undertowOptions(limits);
        openListener = new HttpOpenListener(buffers, options);
        openListener.setRootHandler(handler);
        http2 = new Http2Connection.Http2Listener(openListener, handler, limits);
        Xnio xnio = Xnio.getInstance(HttpPort.class.getClassLoader());
        worker = xnio.createWorker(OptionMap.builder()
                .set(Options.WORKER_NAME, name)
                .set(Options.WORKER_IO_THREADS, limits.ioThreads)
                .set(Options.WORKER_TASK_CORE_THREADS, limits.taskThreads)
                .set(Options.WORKER_TASK_MAX_THREADS, limits.taskThreads)
                .getMap());
        tls = context.map(used -> new TlsHandshakes(
                used, worker, limits.maxStreams > 0, limits.readTimeout, this::openHttp1, http2::open));
        try {
            acceptor = accept(new InetSocketAddress(host, port));
        } catch (IOException | RuntimeException e) {
            worker.shutdownNow();
            buffers.close();
            throw new IOException("cannot listen on %s:%s: %s".formatted(host, port, e.getMessage()), e);
        }
    }

    public void open() {
        acceptor.resumeAccepts();
        acceptRetry =
                worker.getIoThread().executeAtInterval(this::retryAccepts, ACCEPT_RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    @SuppressWarnings("deprecation") // Resuming is not enough for an acceptor that waits for its next attempt.
    private void retryAccepts() {
        acceptor.wakeupAccepts();
    }

    /** The actual address, with the port that was chosen for port 0. */
    public InetSocketAddress address() {
        return acceptor.getLocalAddress(InetSocketAddress.class);
    }

    /** Stops accepting; open connections are kept. */
    public void stopAccepting() {
        if (acceptRetry != null) {
            acceptRetry.remove();
        }
        acceptor.suspendAccepts(); // Otherwise XNIO logs an error for a client that connects at this moment
        IoUtils.safeClose(acceptor);
    }

    /** Closes the connection of an exchange after its response, which announces it; over HTTP/2, when it is idle. */
    public static void closeAfterResponse(HttpServerExchange exchange) {
        Optional<Http2Connection> connection = Http2Connection.of(exchange);
        if (connection.isPresent()) {
            connection.get().closeWhenIdle();
        } else {
            exchange.getResponseHeaders().put(Headers.CONNECTION, "close");
        }
    }

    /**
     * Closes all connections, and waits for the end of its threads: up to 5 s, and as long again after an interrupt.
     */
    @Override
    public void close() {
        stopAccepting();
        tls.ifPresent(TlsHandshakes::close);
        http2.closeConnections();
        openListener.closeConnections();
        DaemonThreads.stop(worker, SHUTDOWN_TIMEOUT);
        buffers.close();
    }

    private AcceptingChannel<? extends StreamConnection> accept(InetSocketAddress address) throws IOException {
        if (address.isUnresolved()) {
            throw new IOException("unknown host");
        }
        OptionMap.Builder options = OptionMap.builder()
                .set(Options.TCP_NODELAY, true)
                .set(Options.REUSE_ADDRESSES, true)
                .set(Options.BACKLOG, BACKLOG)
                .set(Options.CONNECTION_HIGH_WATER, limits.maxClients)
                .set(Options.CONNECTION_LOW_WATER, limits.maxClients - 1)
                .set(Options.WRITE_TIMEOUT, Math.toIntExact(limits.readTimeout.toMillis()));
        if (limits.sendBufferBytes > 0) {
            options.set(Options.SEND_BUFFER, limits.sendBufferBytes);
        }
        return worker.createStreamConnectionServer(
                address, ChannelListeners.openListenerAdapter(this::opened), options.getMap());
    }

    private void opened(StreamConnection connection) {
        if (tls.isPresent()) {
            tls.get().start(connection);
        } else {
            openHttp1(connection);
        }
    }

    private void openHttp1(StreamConnection connection) {
        InvalidRequestFilter.install(connection, UNDERTOW_HEADER_FACTOR * limits.maxHeaderBytes, limits.maxHeaderBytes);
        openListener.handleEvent(connection);
    }

    private static OptionMap undertowOptions(Limits limits) {
        return OptionMap.builder()
                .set(UndertowOptions.DECODE_URL, false)
                .set(UndertowOptions.MAX_HEADER_SIZE, UNDERTOW_HEADER_FACTOR * limits.maxHeaderBytes)
                .set(UndertowOptions.MAX_HEADERS, MAX_HEADERS)
                .set(UndertowOptions.MAX_PARAMETERS, MAX_PARAMETERS)
                .set(UndertowOptions.MAX_ENTITY_SIZE, -1L)
                .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, Math.toIntExact(limits.readTimeout.toMillis()))
                .set(UndertowOptions.NO_REQUEST_TIMEOUT, Math.toIntExact(limits.idleTimeout.toMillis()))
                .set(UndertowOptions.HTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.maxStreams)
                .set(UndertowOptions.HTTP2_SETTINGS_ENABLE_PUSH, false)
                .set(UndertowOptions.MAX_RST_FRAMES_PER_WINDOW, Http2Connection.MAX_RESETS)
                .set(UndertowOptions.RST_FRAMES_TIME_WINDOW, Math.toIntExact(Http2Connection.RESET_WINDOW.toMillis()))
                .getMap();
    }
}
