package app.rodmena.auth.http;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.health.Health;
import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * The API on its port. Thread-safe. Undertow's protocol on a worker of our own: {@code Undertow.stop()} would cut
 * connections before their requests are answered.
 */
public final class ApiListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.http");
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int BACKLOG = 1000;
    private static final int MAX_HEADERS = 200;
    private static final int MAX_PARAMETERS = 10_000;
    private static final long THREADS_END_SECONDS = 5;
    private static final long LINGER_MILLIS = 200;

    /** At the end of the grace, for answers that say no; a tenth of the grace at most. */
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

    /** Undertow cuts off what is larger than this; below, we answer 431 ourselves and keep the connection. */
    private static final int UNDERTOWS_HEADER_LIMIT = 16;

    private final HttpConfig config;
    private final Health health;
    private final InFlight inFlight;
    private final DefaultByteBufferPool buffers = new DefaultByteBufferPool(true, BUFFER_BYTES, -1, 4);
    private final HttpOpenListener connections;
    private final XnioWorker worker;
    private final AcceptingChannel<? extends StreamConnection> acceptor;
    private boolean drained;
    private boolean closed;

    private ApiListener(HttpConfig config, RouteTree routes, Health health, RequestListener listener)
            throws IOException {
        this.config = config;
        this.inFlight = new InFlight(listener);
        this.health = health;
        connections = new HttpOpenListener(buffers, undertowOptions(config));
        Gate gate = new Gate(routes, new Cors(config.corsOrigins()), config.maxHeaderBytes());
        connections.setRootHandler(new ApiHandler(gate, inFlight, config.maxBodyBytes(), config.readTimeout()));
        worker = Xnio.getInstance(ApiListener.class.getClassLoader()).createWorker(workerOptions());
        try {
            acceptor = accept(config);
        } catch (IOException | RuntimeException e) {
            worker.shutdownNow();
            buffers.close();
            throw new IOException(
                    "can't listen on %s:%d: %s".formatted(config.host(), config.port(), e.getMessage()), e);
        }
    }

    /**
     * Listens, and answers from now on.
     *
     * @param requests hears of every request
     * @throws IOException if the address can't be had; the message names it
     */
    public static ApiListener start(HttpConfig config, DatabaseEngine database, Health health, RequestListener requests)
            throws IOException {
        return start(config, Routes.of(database, health), health, requests);
    }

    static ApiListener start(HttpConfig config, RouteTree routes, Health health, RequestListener requests)
            throws IOException {
        ApiListener listener = new ApiListener(config, routes, health, requests);
        listener.acceptor.resumeAccepts();
        health.markRunning();
        return listener;
    }

    /** The address that is really listened on. */
    public InetSocketAddress address() {
        return acceptor.getLocalAddress(InetSocketAddress.class);
    }

    /** How many requests are being answered just now. */
    public int inFlight() {
        return inFlight.requests();
    }

    /** The port that is really listened on. */
    public int port() {
        return address().getPort();
    }

    /**
     * Stops accepting, refuses what still comes on kept-alive connections (503, but for health), and waits until what
     * is in flight is answered, but not so long that {@link #close} would take more than {@code shutdownGrace} in all.
     * What is in flight then should be told no, by whoever is to answer it, before the connections are closed.
     *
     * @return whether everything is answered
     */
    public synchronized boolean drain() {
        if (!drained) {
            drained = true;
            health.markStopping();
            inFlight.drain();
            IoUtils.safeClose(acceptor);
            inFlight.await(config.shutdownGrace().minus(lastAnswers()));
        }
        return inFlight.requests() == 0;
    }

    /** Drains, if that is not done, and returns with no thread or socket left. Later calls do nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        drain();
        int unanswered = inFlight.await(lastAnswers());
        if (unanswered > 0) {
            LOG.warn("Stopping with {} requests unanswered", unanswered);
        }
        linger();
        connections.closeConnections();
        stopThreads();
        buffers.close();
    }

    private Duration lastAnswers() {
        Duration tenth = config.shutdownGrace().dividedBy(10);
        return tenth.compareTo(LAST_ANSWERS) < 0 ? tenth : LAST_ANSWERS;
    }

    /** What was sent just before the client heard that it is over gets its 503 rather than a reset. */
    private static void linger() {
        try {
            TimeUnit.MILLISECONDS.sleep(LINGER_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopThreads() {
        worker.shutdown();
        try {
            if (!worker.awaitTermination(THREADS_END_SECONDS, TimeUnit.SECONDS)) {
                worker.shutdownNow();
                worker.awaitTermination(THREADS_END_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            worker.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private AcceptingChannel<? extends StreamConnection> accept(HttpConfig config) throws IOException {
        OptionMap options = OptionMap.builder()
                .set(Options.TCP_NODELAY, true)
                .set(Options.REUSE_ADDRESSES, true)
                .set(Options.BACKLOG, BACKLOG)
                .set(Options.CONNECTION_HIGH_WATER, config.maxClients())
                .set(Options.CONNECTION_LOW_WATER, config.maxClients() - 1)
                .set(Options.WRITE_TIMEOUT, Math.toIntExact(config.readTimeout().toMillis()))
                .getMap();
        InetSocketAddress address = new InetSocketAddress(config.host(), config.port());
        if (address.isUnresolved()) {
            throw new IOException("unknown host");
        }
        return worker.createStreamConnectionServer(
                address, ChannelListeners.openListenerAdapter(this::opened), options);
    }

    private void opened(StreamConnection connection) {
        BareRefusals.watch(connection, UNDERTOWS_HEADER_LIMIT * config.maxHeaderBytes(), config.maxHeaderBytes());
        connections.handleEvent(connection);
    }

    private static OptionMap workerOptions() {
        // I/O threads parse, route and send; SQL and JSON are the engine's threads'.
        int ioThreads = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));
        return OptionMap.builder()
                .set(Options.WORKER_NAME, "auth-http")
                .set(Options.WORKER_IO_THREADS, ioThreads)
                // The least XNIO takes. It is only started for a task, and there are none.
                .set(Options.WORKER_TASK_CORE_THREADS, 1)
                .set(Options.WORKER_TASK_MAX_THREADS, 1)
                .getMap();
    }

    private static OptionMap undertowOptions(HttpConfig config) {
        return OptionMap.builder()
                .set(UndertowOptions.DECODE_URL, false)
                .set(UndertowOptions.MAX_HEADER_SIZE, UNDERTOWS_HEADER_LIMIT * config.maxHeaderBytes())
                .set(UndertowOptions.MAX_HEADERS, MAX_HEADERS)
                .set(UndertowOptions.MAX_PARAMETERS, MAX_PARAMETERS)
                .set(UndertowOptions.MAX_ENTITY_SIZE, -1L)
                .set(
                        UndertowOptions.REQUEST_PARSE_TIMEOUT,
                        Math.toIntExact(config.readTimeout().toMillis()))
                .set(
                        UndertowOptions.NO_REQUEST_TIMEOUT,
                        Math.toIntExact(config.idleTimeout().toMillis()))
                .getMap();
    }
}
