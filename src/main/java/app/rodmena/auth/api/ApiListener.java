package app.rodmena.auth.api;

import app.rodmena.auth.api.Routes.Endpoint;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.http.HttpPort;
import app.rodmena.auth.http.ResponseBudget;
import app.rodmena.auth.http.Router;
import app.rodmena.auth.metrics.health.Health;
import app.rodmena.auth.rbac.ChangeRetention;
import app.rodmena.auth.security.Keystore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listener of the API. Thread-safe. */
public final class ApiListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.http");
    private static final long LINGER_MILLIS = 200;

    /** RFC 9113 recommends no fewer than 100. */
    private static final int MAX_STREAMS = 100;

    /** Unread responses may take an eighth of the heap. */
    private static final int HEAP_DIVISOR = 8;

    /** Part of shutdown_grace reserved at its end for sending refusals; at most a tenth of it. */
    private static final Duration MAX_REFUSAL_TIME = Duration.ofSeconds(2);

    private final HttpConfig config;
    private final Health health;
    private final InFlight inFlight;
    private final ApiHandler handler;
    private final HttpPort port;
    private final ChangeStreams streams;
    private final ChangeRetention retention;
    private final CountDownLatch drainEnded = new CountDownLatch(1);
    private boolean drained;
    private boolean closed;

    /**
     * Starts the listener and marks the server as running.
     *
     * @param requests is notified of every request
     * @throws IOException if the address is not available; the message names it
     */
    public static ApiListener start(HttpConfig config, DatabaseEngine database, Health health, RequestListener requests)
            throws IOException {
        ResponseBudget responses = ResponseBudget.ofHeap(HEAP_DIVISOR);
        return new ApiListener(
                config, database, health, requests, responses, streams -> Routes.of(database, health, streams));
    }

    /** @param routes creates the routes; the streams that they get are closed with the listener */
    ApiListener(
            HttpConfig config,
            DatabaseEngine database,
            Health health,
            RequestListener requests,
            ResponseBudget responses,
            Function<ChangeStreams, Router<Endpoint>> routes)
            throws IOException {
        this.config = config;
        this.health = health;
        inFlight = new InFlight(requests);
        streams = new ChangeStreams(database, responses, Math.max(1, config.maxClients() / 2));
        retention = new ChangeRetention(database, config.changesKept());
        try {
            handler = new ApiHandler(config, routes.apply(streams), inFlight, responses);
            port = new HttpPort(
                    "auth-http",
                    config.host(),
                    config.port(),
                    config.keystore().map(Keystore::context),
                    limits(config),
                    handler);
            port.open();
            health.markRunning();
        } catch (IOException | RuntimeException e) {
            endChanges();
            throw e;
        }
    }

    private void endChanges() {
        streams.close();
        retention.close();
    }

    public InetSocketAddress address() {
        return port.address();
    }

    public int inFlight() {
        return inFlight.requests();
    }

    public int port() {
        return address().getPort();
    }

    /**
     * Reports the server as not ready, and serves requests for the configured {@code drain}; each response closes its
     * connection. Then stops accepting connections, refuses new requests on open connections with 503 (except health),
     * and waits for the requests in flight. This wait ends early enough that {@link #close} takes at most
     * {@code shutdownGrace} in total. The caller should then fail the requests still in flight, before the connections
     * are closed. An interrupt ends both waits.
     *
     * @return whether no request is in flight any more
     */
    public synchronized boolean drain() {
        if (!drained) {
            drained = true;
            health.markStopping();
            handler.closeConnections();
            endChanges(); // Their clients connect again, to another server.
            serveOn();
            inFlight.refuseLater();
            port.stopAccepting();
            inFlight.await(config.shutdownGrace().minus(refusalTime()));
        }
        return inFlight.requests() == 0;
    }

    private void serveOn() {
        try {
            boolean ended = drainEnded.await(config.drain().toNanos(), TimeUnit.NANOSECONDS);
            LOG.debug("Draining {}", ended ? "was ended" : "is complete");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the time for which {@link #drain} serves requests; a later drain does not serve any. */
    public void endDrain() {
        drainEnded.countDown();
    }

    /** Drains if necessary, then stops all threads and closes all sockets. Later calls do nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        drain();
        int unanswered = inFlight.await(refusalTime());
        if (unanswered > 0) {
            LOG.warn("Stopping with {} requests still in flight", unanswered);
        }
        linger();
        port.close();
    }

    private Duration refusalTime() {
        Duration tenth = config.shutdownGrace().dividedBy(10);
        return tenth.compareTo(MAX_REFUSAL_TIME) < 0 ? tenth : MAX_REFUSAL_TIME;
    }

    /** Waits briefly, so that a request sent just before the shutdown gets a 503 instead of a connection reset. */
    private static void linger() {
        try {
            TimeUnit.MILLISECONDS.sleep(LINGER_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static HttpPort.Limits limits(HttpConfig config) {
        // I/O threads parse, route and send; SQL and JSON run on the engine's threads.
        int ioThreads = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));
        return new HttpPort.Limits(
                config.maxClients(),
                config.maxHeaderBytes(),
                MAX_STREAMS,
                config.readTimeout(),
                config.idleTimeout(),
                0,
                ioThreads,
                // For TLS handshakes. Threads start with the first one.
                ioThreads);
    }
}
