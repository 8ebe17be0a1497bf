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
 * Keeps clients asking: as fast as they are answered, or on a schedule whether or not they are. On a schedule, latency
 * counts from when a request was due, so that a server that stands still for a second is charged for every request that
 * would have been sent in it (else the driver waits as well, and hides it: coordinated omission).
 *
 * <p>Everything happens on the I/O thread, but for what is told to be for any thread.
 */
final class Driver {
    private static final int OPENED_AT_ONCE = 64;
    private static final long TICK_MILLIS = 20;

    /** What is due is late by as much at most. */
    private static final long SCHEDULE_TICK_MILLIS = 1;

    private static final long PUBLISHED_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int REMEMBERED_COUNTS = 10;
    private static final long PAUSE_AFTER_CONNECT_MILLIS = 100;

    /** Nobody could connect for so long, and nobody was answered: then the server is gone. */
    private static final long GONE_AFTER_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Wire wire;
    private final Pace pace;
    private final long timeoutNanos;
    private final List<Client> clients = new ArrayList<>();
    private final ArrayDeque<Client> free = new ArrayDeque<>();
    private final Tally tally = new Tally();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final ArrayDeque<Count> counts = new ArrayDeque<>();

    /** How many were over at this instant. */
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

    Driver(Wire wire, Pace pace, Duration timeout, List<? extends Script> scripts) {
        this.wire = wire;
        this.pace = pace;
        this.timeoutNanos = timeout.toNanos();
        scripts.forEach(script -> clients.add(new Client(wire, script, this::over)));
    }

    /**
     * Opens the connections, then begins. For any thread.
     *
     * @return done when the last request is over
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

    /** Sends no more, and waits no longer than this for what is under way. For any thread. */
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

    private void over(Client client, Optional<Miss> miss) {
        if (over.isDone()) {
            return;
        }
        lastNanos = System.nanoTime();
        boolean couldConnect = true;
        if (miss.isPresent()) {
            tally.missed(miss.get());
            couldConnect = miss.get().failure() != Failure.CONNECT;
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
            clients.forEach(Client::hangUp);
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

    /** How far it is, at most a tenth of a second ago. For any thread. */
    Progress progress() {
        return progress;
    }

    /** What was counted. Only when it is over. */
    Tally tally() {
        return tally;
    }

    /** From the beginning to the last answer. Only when it is over. */
    Duration elapsed() {
        return Duration.ofNanos(lastNanos - startNanos);
    }

    /** Requests that were due and are not sent. Only when it is over, and only of one that was not stopped. */
    long unsent() {
        return pace.isScheduled() && !isStopping ? pace.total() - begun : 0;
    }

    /** Whether it ended because there was no server any more. Only when it is over. */
    boolean isGone() {
        return isGone;
    }
}
