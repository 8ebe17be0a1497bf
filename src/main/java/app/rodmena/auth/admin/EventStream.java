package app.rodmena.auth.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.core.Core;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.incident.Incident.IncidentListener;
import app.rodmena.auth.http.HttpError;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.http.SseClient;
import app.rodmena.auth.metrics.PoolHistory.PoolSecond;
import app.rodmena.auth.pool.event.EventQuery;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.pool.event.PoolListener;
import app.rodmena.auth.security.OperatorSession;
import app.rodmena.auth.security.Operators;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the pool's numbers of each second, its events and incidents as server-sent events. The pool's threads only put
 * an event into a queue; everything else runs on this object's own thread and on I/O threads. Thread-safe.
 *
 * <p>All buffers are bounded: a client that reads too slowly misses messages and gets their number; a client that does
 * not read at all is disconnected.
 */
final class EventStream implements PoolListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.admin");
    private static final int MAX_CLIENTS = 20;
    private static final int MAX_QUEUED_EVENTS = 10_000;
    private static final long PERIOD_MILLIS = 100;

    /** The default kinds: all except those that occur thousands of times a second in a healthy pool. */
    private static final Set<PoolEventKind> DEFAULT_KINDS =
            EnumSet.complementOf(EnumSet.of(PoolEventKind.CHECKOUT, PoolEventKind.CHECKIN));

    private final Core core;
    private final IncidentListener onIncident = incident -> broadcast(message("incident", incident));
    private final Operators operators;
    private final List<Subscriber> clients = new CopyOnWriteArrayList<>();
    private final BlockingQueue<PoolEvent> queue = new ArrayBlockingQueue<>(MAX_QUEUED_EVENTS);
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, DaemonThreads.named("auth-admin-events"));

    /** The kinds that at least one client has chosen. */
    private volatile Set<PoolEventKind> subscribedKinds = Set.of();

    // Used by this object's thread only
    private Instant lastSecond = Instant.MIN;
    private long lastHeartbeatNanos = System.nanoTime();

    /**
     * The numbers of a second, with the diagnosis at its end.
     *
     * @param dropped number of messages that the client has missed since it connected
     */
    private record CurrentSecond(
            @JsonUnwrapped PoolSecond second, String situation, String sentence, boolean reachable, long dropped) {}

    /** A client with its session and the kinds that it has chosen. */
    private final class Subscriber {
        private final OperatorSession session;
        private final Set<PoolEventKind> kinds;
        private final SseClient client = new SseClient(() -> remove(this), () -> {});

        Subscriber(OperatorSession session, Set<PoolEventKind> kinds) {
            this.session = session;
            this.kinds = Set.copyOf(kinds);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // tick() catches all exceptions; it ends with the thread.
    EventStream(Core core, Operators operators) {
        this.core = core;
        this.operators = operators;
        core.incidents().add(onIncident);
        core.engine().events().add(this);
        thread.scheduleWithFixedDelay(this::tick, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    void addTo(AdminRoutes routes) {
        routes.read("/events", this::open);
        routes.read(
                "/pool/now",
                request -> core.metrics()
                        .history()
                        .latest()
                        .map(second -> AdminJson.response(currentSecond(second, 0)))
                        .orElseThrow(() -> new HttpError(
                                503, "No numbers yet; the first are available one second after the start")));
    }

    @Override
    public void onEvent(PoolEvent event) {
        if (subscribedKinds.contains(event.kind()) && !queue.offer(event)) {
            subscribersOf(event).forEach(subscriber -> subscriber.client.countDropped());
        }
    }

    private Response open(AdminRequest request) {
        String kinds = request.parameters(Set.of("kinds")).text("kinds").orElse("");
        Set<PoolEventKind> chosen =
                kinds.isEmpty() ? DEFAULT_KINDS : EventQuery.kinds(kinds.equals("all") ? "" : kinds);
        synchronized (this) {
            if (clients.size() >= MAX_CLIENTS) {
                throw new HttpError(503, "The event stream has its maximum of %s clients".formatted(MAX_CLIENTS));
            }
            Subscriber subscriber = new Subscriber(request.session(), chosen);
            clients.add(subscriber);
            updateSubscribedKinds();
            return Response.stream(SseClient.TYPE, subscriber.client::start);
        }
    }

    private synchronized void remove(Subscriber subscriber) {
        clients.remove(subscriber);
        updateSubscribedKinds();
    }

    private void updateSubscribedKinds() {
        Set<PoolEventKind> all = EnumSet.noneOf(PoolEventKind.class);
        clients.forEach(subscriber -> all.addAll(subscriber.kinds));
        subscribedKinds = all;
    }

    private void tick() {
        try {
            if (clients.isEmpty()) {
                queue.clear();
                return;
            }
            for (PoolEvent event = queue.poll(); event != null; event = queue.poll()) {
                broadcast(event);
            }
            Optional<PoolSecond> second = core.metrics().history().latest();
            if (second.isPresent() && !second.get().time().equals(lastSecond)) {
                lastSecond = second.get().time();
                broadcast(second.get());
            }
            if (System.nanoTime() - lastHeartbeatNanos > SseClient.HEARTBEAT_INTERVAL.toNanos()) {
                lastHeartbeatNanos = System.nanoTime();
                broadcast(SseClient.HEARTBEAT);
            }
        } catch (RuntimeException | Error e) {
            LOG.error("The event stream failed to send; it continues", e);
        }
    }

    private void broadcast(PoolEvent event) {
        ByteBuffer message = message("event", event);
        subscribersOf(event).forEach(subscriber -> subscriber.client.offer(message));
    }

    private Stream<Subscriber> subscribersOf(PoolEvent event) {
        return clients.stream().filter(subscriber -> subscriber.kinds.contains(event.kind()));
    }

    private void broadcast(ByteBuffer message) {
        clients.forEach(subscriber -> subscriber.client.offer(message));
    }

    private void broadcast(PoolSecond second) {
        for (Subscriber subscriber : clients) {
            SseClient client = subscriber.client;
            if (operators.isValid(subscriber.session)) {
                client.offer(message("pool", currentSecond(second, client.dropped())));
            } else {
                client.close();
            }
        }
    }

    private CurrentSecond currentSecond(PoolSecond second, long dropped) {
        Diagnosis diagnosis = core.diagnostics().last();
        return new CurrentSecond(
                second,
                diagnosis.situation().name(),
                diagnosis.sentence(),
                core.engine().availability().reachable(),
                dropped);
    }

    /** The JSON contains no unescaped line break, so that one data line suffices. */
    private static ByteBuffer message(String name, Object data) {
        return SseClient.message("event: " + name + "\ndata: " + new String(AdminJson.bytes(data), UTF_8) + "\n\n");
    }

    @Override
    public void close() {
        core.engine().events().remove(this);
        core.incidents().remove(onIncident);
        thread.shutdownNow();
        clients.forEach(subscriber -> subscriber.client.close());
    }
}
