package app.rodmena.auth.tools.load;

import app.rodmena.auth.tools.load.LoadResults.ClientLatency;
import app.rodmena.auth.tools.load.RequestFailure.Kind;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Counts the outcomes of requests. Not thread-safe while it counts. */
final class LoadCounter {
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
