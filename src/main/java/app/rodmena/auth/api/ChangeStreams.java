package app.rodmena.auth.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.api.ApiHandler.ApiRequest;
import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.http.ApiJson;
import app.rodmena.auth.http.HttpError;
import app.rodmena.auth.http.RequestHandler;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.http.ResponseBudget;
import app.rodmena.auth.http.SseClient;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.Cancellation;
import app.rodmena.auth.rbac.ChangeWatch;
import app.rodmena.auth.rbac.Changes;
import app.rodmena.auth.rbac.ClientKey;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the changes of tenants as server-sent events. Once a second, one query finds the tenants with new changes; only
 * their readers then read a page, as a request does. A reader gets its next page when it has read the previous one, so
 * that it holds at most one page in memory, and no connection of the pool. Thread-safe.
 */
final class ChangeStreams implements AutoCloseable {
    /** Maximum number of changes in memory for a reader. */
    private static final int PAGE = 50;

    private static final Logger LOG = LoggerFactory.getLogger("auth.http");
    private static final long POLL_MILLIS = 1000;
    /** A reader without changes gets a new cursor at this interval, so that its cursor does not expire. */
    private static final Duration REFRESH = Duration.ofMinutes(15);

    private final Changes changes;
    private final ChangeWatch watch;
    private final ResponseBudget responses;
    private final int maxReaders;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, DaemonThreads.named("auth-change-streams"));

    private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** When the database was last asked for new changes with success, or there was no reader. */
    private volatile long lastWatchNanos = System.nanoTime();

    /** Used by this object's thread only. */
    private long lastHeartbeatNanos = System.nanoTime();

    @SuppressWarnings("FutureReturnValueIgnored") // tick() catches all exceptions; it ends with the thread.
    ChangeStreams(DatabaseEngine database, ResponseBudget responses, int maxReaders) {
        this.changes = new Changes(database);
        this.watch = new ChangeWatch(database);
        this.responses = responses;
        this.maxReaders = maxReaders;
        thread.scheduleWithFixedDelay(this::tick, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Opens a stream of the changes after a cursor. The first page is read before the response begins, so that an
     * invalid cursor is refused.
     */
    CompletionStage<Response> open(ApiRequest request, Optional<String> cursor) {
        Reader reader = new Reader(request);
        add(reader);
        CompletionStage<Changes.Page> first;
        try {
            first = changes.page(request.caller(), request.key(), PAGE, cursor);
        } catch (RuntimeException e) {
            reader.end();
            throw e;
        }
        return first.thenApply(page -> {
                    reader.accept(page);
                    reader.refuseIfEnded();
                    return request.stream(reader.client);
                })
                .whenComplete((response, failure) -> {
                    if (failure != null) {
                        reader.end();
                    }
                });
    }

    private synchronized void add(Reader reader) {
        if (closed) {
            throw stopping();
        }
        // A tenant may have as many readers as are still free, so that none can take all.
        if (of(Set.of(reader.key)).size() >= maxReaders - readers.size()) {
            throw HttpError.unavailable(
                    "Too many clients are reading changes as events", Map.of("reason", "TOO_MANY_READERS"), 5);
        }
        readers.add(reader);
    }

    static DatabaseFailure stopping() {
        return new DatabaseFailure(DatabaseFailure.Reason.SHUTTING_DOWN, "stopping", null);
    }

    private Collection<Reader> of(Set<ClientKey> tenants) {
        return readers.stream().filter(reader -> tenants.contains(reader.key)).toList();
    }

    int readers() {
        return readers.size();
    }

    private void tick() {
        try {
            if (readers.isEmpty()) {
                watch.reset();
                lastWatchNanos = System.nanoTime();
                return;
            }
            if (System.nanoTime() - lastWatchNanos > SseClient.HEARTBEAT_INTERVAL.toNanos()) {
                // Clients would take their copies as current; the response to their next request says why.
                LOG.debug(
                        "The streams of changes end, because PostgreSQL was not asked for changes for {}",
                        SseClient.HEARTBEAT_INTERVAL);
                readers.forEach(reader -> reader.client.close());
                return;
            }
            if (System.nanoTime() - lastHeartbeatNanos > SseClient.HEARTBEAT_INTERVAL.toNanos()) {
                lastHeartbeatNanos = System.nanoTime();
                readers.forEach(Reader::sendHeartbeat);
            }
            readers.forEach(Reader::readNext);
            watch.changed().whenComplete(this::wake);
        } catch (RuntimeException | Error e) {
            LOG.error("The streams of changes failed to send; they continue", e);
        }
    }

    private void wake(Optional<Set<ClientKey>> tenants, Throwable failure) {
        if (failure != null) {
            LOG.debug("New changes were not looked for; the next attempt follows", failure);
            return;
        }
        lastWatchNanos = System.nanoTime();
        tenants.map(this::of).orElse(readers).forEach(Reader::wake);
    }

    /** Ends all streams, and refuses further ones. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        thread.shutdownNow();
        readers.forEach(reader -> reader.client.close());
    }

    /** The client of one stream, and its position. */
    private final class Reader {
        private final ClientKey key;
        private final CallContext caller;
        private final SseClient client = new SseClient(this::end, this::drained);

        // Guarded by this
        private String cursor;
        private boolean unread;
        private boolean reading = true;
        private boolean failed;
        private boolean ended;
        private long heldBytes;
        private long lastReadNanos;

        Reader(ApiRequest request) {
            key = request.key();
            caller = request.caller().until(Cancellation.NONE);
        }

        /** There may be new changes. */
        void wake() {
            synchronized (this) {
                unread = true;
            }
            readNext();
        }

        /** Reads a page if there may be changes, and the client has read the previous page. */
        void readNext() {
            String after;
            synchronized (this) {
                if (ended || reading || heldBytes > 0 || !unread) {
                    return;
                }
                reading = true;
                unread = false;
                after = cursor;
            }
            changes.page(caller, key, PAGE, Optional.of(after)).whenComplete((page, failure) -> {
                if (failure == null) {
                    accept(page);
                } else {
                    fail(failure);
                }
            });
        }

        private void fail(Throwable failure) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause instanceof DatabaseFailure) {
                synchronized (this) {
                    reading = false;
                    failed = true;
                    unread = true;
                }
            } else {
                LOG.debug("A stream of changes ends: {}", cause.getMessage());
                client.close(); // The response to its next request says why.
            }
        }

        /** Refuses a stream that ended with its first page, before its response has begun. */
        void refuseIfEnded() {
            boolean refused;
            synchronized (this) {
                refused = ended;
            }
            if (refused) {
                throw closed ? stopping() : RequestHandler.tooManyUnread();
            }
        }

        void accept(Changes.Page page) {
            ByteBuffer message = SseClient.message(text(page));
            boolean sent;
            synchronized (this) {
                if (ended) {
                    return;
                }
                sent = responses.take(key, message.remaining());
                if (sent) {
                    heldBytes = message.remaining();
                    cursor = page.next();
                    lastReadNanos = System.nanoTime();
                    unread |= !page.isLast();
                    reading = false;
                    failed = false;
                    sent = client.offer(message);
                }
            }
            if (!sent) {
                client.close();
            }
        }

        private String text(Changes.Page page) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < page.changes().size(); i++) {
                text.append("id: ").append(page.cursor(i + 1)).append("\nevent: change\ndata: ");
                text.append(new String(ApiJson.bytes(page.changes().get(i).fields()), UTF_8))
                        .append("\n\n");
            }
            return page.changes().isEmpty() ? "id: " + page.next() + "\n\n" : text.toString();
        }

        void sendHeartbeat() {
            boolean current;
            synchronized (this) {
                current = !failed;
                unread |= System.nanoTime() - lastReadNanos > REFRESH.toNanos();
            }
            if (current) {
                client.offer(SseClient.HEARTBEAT);
            } else {
                client.close();
            }
        }

        private void drained() {
            synchronized (this) {
                if (!client.isDrained()) {
                    return;
                }
                release();
            }
            readNext();
        }

        void end() {
            synchronized (this) {
                ended = true;
                release();
            }
            readers.remove(this);
        }

        private void release() {
            responses.release(key, heldBytes);
            heldBytes = 0;
        }
    }
}
