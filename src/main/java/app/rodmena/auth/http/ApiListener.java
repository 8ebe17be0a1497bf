package app.rodmena.auth.http;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.health.Health;
import app.rodmena.auth.wire.HttpPort;
import app.rodmena.auth.wire.ResponseBudget;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API on its port. Thread-safe. */
public final class ApiListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.http");
    private static final long LINGER_MILLIS = 200;

    /** An eighth, for answers that clients have not read. */
    private static final int PART_OF_THE_HEAP = 8;

    /** At the end of the grace, for answers that say no; a tenth of the grace at most. */
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

    private final HttpConfig config;
    private final Health health;
    private final InFlight inFlight;
    private final HttpPort port;
    private boolean drained;
    private boolean closed;

    private ApiListener(
            HttpConfig config,
            RouteTree routes,
            Health health,
            RequestListener listener,
            IncidentLookup incidents,
            ResponseBudget responses)
            throws IOException {
        this.config = config;
        this.inFlight = new InFlight(listener);
        this.health = health;
        RequestGate gate = new RequestGate(routes, new Cors(config.corsOrigins()), config.maxHeaderBytes());
        port = new HttpPort(
                "auth-http",
                config.host(),
                config.port(),
                Optional.empty(),
                limits(config),
                new ApiHandler(
                        gate,
                        inFlight,
                        new ExceptionMapper(incidents),
                        config.maxBodyBytes(),
                        responses,
                        config.readTimeout()));
    }

    /**
     * Listens, and answers from now on.
     *
     * @param requests hears of every request
     * @param incidents tells whoever gets no answer what that belongs to
     * @throws IOException if the address can't be had; the message names it
     */
    public static ApiListener start(
            HttpConfig config,
            DatabaseEngine database,
            Health health,
            RequestListener requests,
            IncidentLookup incidents)
            throws IOException {
        return start(config, Routes.of(database, health), health, requests, incidents);
    }

    static ApiListener start(
            HttpConfig config, RouteTree routes, Health health, RequestListener requests, IncidentLookup incidents)
            throws IOException {
        return start(config, routes, health, requests, incidents, ResponseBudget.ofHeap(PART_OF_THE_HEAP));
    }

    static ApiListener start(
            HttpConfig config,
            RouteTree routes,
            Health health,
            RequestListener requests,
            IncidentLookup incidents,
            ResponseBudget responses)
            throws IOException {
        ApiListener listener = new ApiListener(config, routes, health, requests, incidents, responses);
        listener.port.open();
        health.markRunning();
        return listener;
    }

    /** The address that is really listened on. */
    public InetSocketAddress address() {
        return port.address();
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
            port.stopAccepting();
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
        port.close();
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

    private static HttpPort.Limits limits(HttpConfig config) {
        // I/O threads parse, route and send; SQL and JSON are the engine's threads'.
        int ioThreads = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));
        return new HttpPort.Limits(
                config.maxClients(),
                config.maxHeaderBytes(),
                config.readTimeout(),
                config.idleTimeout(),
                0,
                ioThreads,
                // The least XNIO takes. It is only started for a task, and there are none.
                1);
    }
}
