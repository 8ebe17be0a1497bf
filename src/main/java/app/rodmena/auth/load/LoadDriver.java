package app.rodmena.auth.load;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.xnio.XnioExecutor;

/**
 * Keeps the clients busy: in a closed loop, as fast as the server answers, or in an open loop, on a schedule. In an
 * open loop, latency counts from the time a request was due, so that a stall of one second is charged to every request
 * that was due in it (a driver that waits with the server would hide the stall: coordinated omission).
 *
 * <p>Used on the I/O thread only, except for methods documented as thread-safe.
 */
final class LoadDriver {
    private static final int OPENED_AT_ONCE = 64;
    private static final long TICK_MILLIS = 20;

    /** The interval of the schedule: a due request is late by at most this. */
    private static final long SCHEDULE_TICK_MILLIS = 1;

    private static final long PUBLISHED_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int REMEMBERED_COUNTS = 10;
    private static final long PAUSE_AFTER_CONNECT_MILLIS = 100;

    /** The server is considered gone if no client could connect and no response arrived for this long. */
    private static final long GONE_AFTER_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final LoadTransport wire;
    private final RequestSchedule pace;
    private final long timeoutNanos;
    private final List<LoadClient> clients = new ArrayList<>();
    private final ArrayDeque<LoadClient> free = new ArrayDeque<>();
    private final LoadCounter tally = new LoadCounter();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final ArrayDeque<Count> counts = new ArrayDeque<>();

    /** The number of requests that had ended at this instant. */
    private record Count(long nanos, long over) {}

    private XnioExecutor.Key ticking = XnioExecutor.Key.IMMEDIATE;
    private long startNanos;
    private long lastNanos;
    private long lastAnswerNanos;
    private long publishedNanos;
    private long begun;
    private int toOpen;
    private int opened;
    private int resting;
    private boolean isStopping;
    private boolean isGone;
    private volatile Progress progress = new Progress(0, 0, Optional.empty(), Duration.ZERO, 0, 0, 0, Optional.empty());

    LoadDriver(LoadTransport wire, RequestSchedule pace, Duration timeout, List<? extends RequestSequence> scripts) {
        this.wire = wire;
        this.pace = pace;
        this.timeoutNanos = timeout.toNanos();
        scripts.forEach(script -> clients.add(new LoadClient(wire, script, this::over)));
    }

    /**
     * Opens the connections, then starts the load. Thread-safe.
     *
     * @return completes when the last request has ended
     */
    CompletableFuture<Void> start() {
        wire.run(() -> {
            for (int i = 0; i < OPENED_AT_ONCE; i++) {
                openNext();
            }
        });
        return over;
    }

    private void openNext() {
        if (toOpen < clients.size()) {
            clients.get(toOpen++).open(() -> {
                if (++opened == clients.size()) {
                    begin();
                } else {
                    openNext();
                }
            });
        }
    }

    private void begin() {
        if (over.isDone()) {
            return;
        }
        startNanos = System.nanoTime();
        lastNanos = startNanos;
        lastAnswerNanos = startNanos;
        free.addAll(clients);
        ticking = wire.every(pace.isScheduled() ? SCHEDULE_TICK_MILLIS : TICK_MILLIS, this::tick);
        send();
        endIfOver();
    }

    /** Stops sending, and waits at most this long for requests in flight. Thread-safe. */
    void stop(Duration patience) {
        wire.run(() -> {
            isStopping = true;
            endIfOver();
            wire.after(patience.toMillis(), this::end);
        });
    }

    private void tick() {
        long now = System.nanoTime();
        if (now - publishedNanos >= PUBLISHED_EVERY_NANOS) {
            publish(now);
            clients.forEach(client -> client.giveUpBefore(now - timeoutNanos));
            if (now - lastAnswerNanos > GONE_AFTER_NANOS && tally.errors(0).connect() > 0 && resting > 0) {
                isGone = true;
                isStopping = true;
            }
        }
        send();
        endIfOver();
    }

    private void send() {
        while (!free.isEmpty() && isDue()) {
            long index = begun++;
            long due = pace.isScheduled() ? startNanos + pace.dueNanos(index) : System.nanoTime();
            free.poll().ask(due);
        }
    }

    private boolean isDue() {
        if (!maySend()) {
            return false;
        }
        return !pace.isScheduled() || System.nanoTime() - startNanos >= pace.dueNanos(begun);
    }

    private boolean maySend() {
        return !isStopping && begun < pace.total() && System.nanoTime() - startNanos < pace.sendingNanos();
    }

    private void over(LoadClient client, Optional<RequestFailure> miss) {
        if (over.isDone()) {
            return;
        }
        lastNanos = System.nanoTime();
        boolean couldConnect = true;
        if (miss.isPresent()) {
            tally.missed(miss.get());
            couldConnect = miss.get().failure() != LoadFailure.CONNECT;
        } else {
            tally.right(lastNanos - client.intendedNanos(), lastNanos - client.sentNanos());
        }
        if (couldConnect) {
            lastAnswerNanos = lastNanos;
            free.add(client);
            send();
            endIfOver();
        } else {
            resting++;
            wire.after(PAUSE_AFTER_CONNECT_MILLIS, () -> {
                resting--;
                free.add(client);
                send();
                endIfOver();
            });
        }
    }

    private void endIfOver() {
        if (!maySend() && free.size() + resting == clients.size()) {
            end();
        }
    }

    private void end() {
        if (!over.isDone()) {
            ticking.remove();
            publish(System.nanoTime());
            clients.forEach(LoadClient::hangUp);
            over.complete(null);
        }
    }

    private void publish(long now) {
        publishedNanos = now;
        counts.add(new Count(now, tally.over()));
        if (counts.size() > REMEMBERED_COUNTS) {
            counts.remove();
        }
        Count before = counts.getFirst();
        double seconds = (now - before.nanos()) / 1e9;
        progress = new Progress(
                tally.over(),
                share(now),
                pace.total() == Long.MAX_VALUE ? Optional.empty() : Optional.of(pace.total()),
                Duration.ofNanos(now - startNanos),
                seconds == 0 ? 0 : (tally.over() - before.over()) / seconds,
                tally.p99Micros() / 1000.0,
                tally.failed(),
                Optional.empty());
    }

    private double share(long now) {
        return pace.total() == Long.MAX_VALUE
                ? Math.min(1, (double) (now - startNanos) / pace.sendingNanos())
                : (double) tally.over() / pace.total();
    }

    /** The progress, at most 100 ms old. Thread-safe. */
    Progress progress() {
        return progress;
    }

    /** The counts. Only after the run has ended. */
    LoadCounter tally() {
        return tally;
    }

    /** The time from the start to the last response. Only after the run has ended. */
    Duration elapsed() {
        return Duration.ofNanos(lastNanos - startNanos);
    }

    /** The requests that were due but not sent. Only after a run that was not stopped has ended. */
    long unsent() {
        return pace.isScheduled() && !isStopping ? pace.total() - begun : 0;
    }

    /** Whether the run ended because the server was gone. Only after the run has ended. */
    boolean isGone() {
        return isGone;
    }
}
