package app.rodmena.auth.tools.load;

import app.rodmena.auth.tools.load.LoadResults.ClientLatency;
import app.rodmena.auth.tools.load.RequestFailure.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.xnio.XnioExecutor;

/**
 * Sends the requests: in a closed loop as fast as the server answers, in an open loop on a schedule. In an open loop,
 * latency counts from the time at which a request was due, so the latency of every request that was due during a stall
 * includes it. A driver that waits for the server would hide the stall (coordinated omission).
 *
 * <p>Used on the I/O thread only, except for methods documented as thread-safe.
 */
final class LoadDriver {
    private static final int MAX_CONCURRENT_OPENS = 64;
    private static final long TICK_MILLIS = 20;

    /** The interval of checks for due requests, and the maximum delay of a due request if a client is free. */
    private static final long SCHEDULE_TICK_MILLIS = 1;

    private static final long PUBLISH_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MAX_COUNTS = 10;
    private static final long PAUSE_AFTER_CONNECT_MILLIS = 100;

    /** The server is considered gone if no client could connect and no response arrived for this long. */
    private static final long GONE_AFTER_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final LoadTransport transport;
    private final LoadPlan.RequestSchedule schedule;
    private final long timeoutNanos;
    private final List<LoadClient> clients = new ArrayList<>();
    private final ArrayDeque<LoadClient> free = new ArrayDeque<>();
    private final LoadCounter counter = new LoadCounter();
    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private final ArrayDeque<Count> counts = new ArrayDeque<>();

    /** The number of requests that had ended at this instant. */
    private record Count(long nanos, long ended) {}

    private XnioExecutor.Key ticker = XnioExecutor.Key.IMMEDIATE;
    private long startNanos;
    private long lastNanos;
    private long lastAnswerNanos;
    private long publishedNanos;
    private long sent;
    private int nextToOpen;
    private int opened;
    private int pausing;
    private boolean isStopping;
    private boolean isGone;
    private volatile Progress progress = new Progress(0, 0, Optional.empty(), Duration.ZERO, 0, 0, 0);

    LoadDriver(
            LoadTransport transport,
            LoadPlan.RequestSchedule schedule,
            Duration timeout,
            List<? extends RequestSequence> sequences) {
        this.transport = transport;
        this.schedule = schedule;
        this.timeoutNanos = timeout.toNanos();
        sequences.forEach(sequence -> clients.add(new LoadClient(transport, sequence, this::finished)));
    }

    /** Opens the connections, then starts the load; completes when the last request has ended. Thread-safe. */
    CompletableFuture<Void> start() {
        transport.run(() -> {
            for (int i = 0; i < MAX_CONCURRENT_OPENS; i++) {
                openNext();
            }
        });
        return finished;
    }

    private void openNext() {
        if (nextToOpen < clients.size() && !finished.isDone()) {
            clients.get(nextToOpen++).open(() -> {
                if (++opened == clients.size()) {
                    startSending();
                } else {
                    openNext();
                }
            });
        }
    }

    private void startSending() {
        if (finished.isDone()) {
            return;
        }
        startNanos = System.nanoTime();
        lastNanos = startNanos;
        lastAnswerNanos = startNanos;
        free.addAll(clients);
        ticker = transport.every(schedule.isScheduled() ? SCHEDULE_TICK_MILLIS : TICK_MILLIS, this::tick);
        send();
        endIfFinished();
    }

    /** Stops sending, and waits at most this long for requests in flight. Thread-safe. */
    void stop(Duration maxWait) {
        transport.run(() -> {
            isStopping = true;
            endIfFinished();
            transport.after(maxWait.toMillis(), this::end);
        });
    }

    private void tick() {
        long now = System.nanoTime();
        if (now - publishedNanos >= PUBLISH_INTERVAL_NANOS) {
            publish(now);
            clients.forEach(client -> client.timeOutSentBefore(now - timeoutNanos));
            if (now - lastAnswerNanos > GONE_AFTER_NANOS && counter.errors(0).connect() > 0 && pausing > 0) {
                isGone = true;
                isStopping = true;
            }
        }
        send();
        endIfFinished();
    }

    private void send() {
        while (!free.isEmpty() && isDue()) {
            long index = sent++;
            long due = schedule.isScheduled() ? startNanos + schedule.dueNanos(index) : System.nanoTime();
            free.poll().sendNext(due);
        }
    }

    private boolean isDue() {
        if (!maySend()) {
            return false;
        }
        return !schedule.isScheduled() || System.nanoTime() - startNanos >= schedule.dueNanos(sent);
    }

    private boolean maySend() {
        return !isStopping && sent < schedule.total() && System.nanoTime() - startNanos < schedule.sendingNanos();
    }

    private void finished(LoadClient client, Optional<RequestFailure> failure) {
        if (finished.isDone()) {
            return;
        }
        lastNanos = System.nanoTime();
        boolean connected = true;
        if (failure.isPresent()) {
            counter.addFailed(failure.get());
            connected = failure.get().kind() != RequestFailure.Kind.CONNECT;
        } else {
            counter.addCorrect(lastNanos - client.intendedNanos(), lastNanos - client.sentNanos());
        }
        if (connected) {
            lastAnswerNanos = lastNanos;
            free.add(client);
            send();
            endIfFinished();
        } else {
            pausing++;
            transport.after(PAUSE_AFTER_CONNECT_MILLIS, () -> {
                pausing--;
                free.add(client);
                send();
                endIfFinished();
            });
        }
    }

    private void endIfFinished() {
        if (!maySend() && free.size() + pausing == clients.size()) {
            end();
        }
    }

    private void end() {
        if (!finished.isDone()) {
            ticker.remove();
            publish(System.nanoTime());
            clients.forEach(LoadClient::disconnect);
            finished.complete(null);
        }
    }

    private void publish(long now) {
        publishedNanos = now;
        counts.add(new Count(now, counter.ended()));
        if (counts.size() > MAX_COUNTS) {
            counts.remove();
        }
        Count oldest = counts.getFirst();
        double seconds = (now - oldest.nanos()) / 1e9;
        progress = new Progress(
                counter.ended(),
                doneShare(now),
                schedule.total() == Long.MAX_VALUE ? Optional.empty() : Optional.of(schedule.total()),
                Duration.ofNanos(now - startNanos),
                seconds == 0 ? 0 : (counter.ended() - oldest.ended()) / seconds,
                counter.p99Micros() / 1000.0,
                counter.failed());
    }

    private double doneShare(long now) {
        return schedule.total() == Long.MAX_VALUE
                ? Math.min(1, (double) (now - startNanos) / schedule.sendingNanos())
                : (double) counter.ended() / schedule.total();
    }

    /** The progress, at most 100 ms old. Thread-safe. */
    Progress progress() {
        return progress;
    }

    /** The counts. Only after the run has ended. */
    LoadCounter counter() {
        return counter;
    }

    /** The time from the start to the last response. Only after the run has ended. */
    Duration elapsed() {
        return Duration.ofNanos(lastNanos - startNanos);
    }

    /** The requests that were due but not sent. Only after a run that was not stopped has ended. */
    long unsent() {
        return schedule.isScheduled() && !isStopping ? schedule.total() - sent : 0;
    }

    /** Whether the run ended because the server was gone. Only after the run has ended. */
    boolean isGone() {
        return isGone;
    }

    /**
     * The progress of a load test.
     *
     * @param ended requests that have ended, successfully or not
     * @param share the share of the run that is done, 0 to 1
     * @param planned the total number of requests, if it is known
     * @param perSecond requests per second in the last second
     * @param p99Millis 99th percentile of the latency so far, in milliseconds
     * @param errors failed requests so far
     */
    public record Progress(
            long ended,
            double share,
            Optional<Long> planned,
            Duration elapsed,
            double perSecond,
            double p99Millis,
            long errors) {}

    /** Counts the outcomes of requests. Not thread-safe while it counts. */
    static final class LoadCounter {
        /** Latencies up to an hour in microseconds, to three significant digits. */
        private final Histogram fromDue = new Histogram(TimeUnit.HOURS.toMicros(1), 3);

        private final Histogram fromSending = new Histogram(TimeUnit.HOURS.toMicros(1), 3);
        private final Map<Kind, Long> failures = new EnumMap<>(Kind.class);
        private final Map<Integer, Long> statuses = new TreeMap<>();
        private final Map<String, String> examples = new LinkedHashMap<>();
        private long failed;

        void addCorrect(long fromDueNanos, long fromSendingNanos) {
            fromDue.recordValue(micros(fromDueNanos));
            fromSending.recordValue(micros(fromSendingNanos));
        }

        private long micros(long nanos) {
            return Math.min(TimeUnit.NANOSECONDS.toMicros(nanos), fromDue.getHighestTrackableValue());
        }

        void addFailed(RequestFailure failure) {
            failed++;
            failures.merge(failure.kind(), 1L, Long::sum);
            String kind = failure.kind().name();
            if (failure.kind() == Kind.STATUS) {
                statuses.merge(failure.status(), 1L, Long::sum);
                kind = Integer.toString(failure.status());
            }
            examples.putIfAbsent(kind, failure.detail());
        }

        long correct() {
            return fromDue.getTotalCount();
        }

        long failed() {
            return failed;
        }

        long ended() {
            return correct() + failed;
        }

        long p99Micros() {
            return fromDue.getValueAtPercentile(99);
        }

        ClientLatency latency() {
            return ClientLatency.of(fromDue);
        }

        ClientLatency serviceTime() {
            return ClientLatency.of(fromSending);
        }

        /** @param unsent requests that were due while no client was free */
        LoadResults.ErrorCounts errors(long unsent) {
            return new LoadResults.ErrorCounts(
                    failed + unsent,
                    Map.copyOf(statuses),
                    failures.getOrDefault(Kind.WRONG_ANSWER, 0L),
                    failures.getOrDefault(Kind.TIMEOUT, 0L),
                    failures.getOrDefault(Kind.CONNECTION_LOST, 0L),
                    failures.getOrDefault(Kind.CONNECT, 0L),
                    unsent,
                    new LinkedHashMap<>(examples));
        }
    }
}
