package app.rodmena.auth.database;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Counts the failures of the last fifteen minutes by kind. Thread-safe. */
public final class RecentFailures {
    /** The length of the window. */
    public static final Duration RETENTION = Duration.ofMinutes(15);

    private static final int SECONDS = (int) RETENTION.toSeconds();

    /** The failures of one kind in the last fifteen minutes; age and message are those of the last one. */
    public record Recent(FailureKind kind, int count, Duration ago, String message) {}

    /** The failures of one kind by second; guarded by itself. */
    private static final class Seconds {
        private final LongAdder total = new LongAdder();
        private final NavigableMap<Long, Integer> counts = new TreeMap<>();
        private long lastNanos;
        private String message = "";

        synchronized void add(int count, String text, long nanos) {
            total.add(count);
            counts.merge(second(nanos), count, Integer::sum);
            removeOld(nanos);
            lastNanos = nanos;
            message = text;
        }

        synchronized Recent recent(FailureKind kind, long nanos) {
            removeOld(nanos);
            int count = counts.values().stream().mapToInt(Integer::intValue).sum();
            return new Recent(kind, count, Duration.ofNanos(Math.max(0, nanos - lastNanos)), message);
        }

        private void removeOld(long nanos) {
            counts.headMap(second(nanos) - SECONDS, true).clear();
        }

        private static long second(long nanos) {
            return Math.floorDiv(nanos, 1_000_000_000L);
        }
    }

    private final LongSupplier clock;
    private final Map<FailureKind, Seconds> byKind = new EnumMap<>(FailureKind.class);

    RecentFailures() {
        this(System::nanoTime);
    }

    /** @param clock a clock in nanoseconds, such as {@link System#nanoTime} */
    RecentFailures(LongSupplier clock) {
        this.clock = clock;
        Arrays.stream(FailureKind.values()).forEach(kind -> byKind.put(kind, new Seconds()));
    }

    /** Counts failed requests or attempts. The message is one line, without values. */
    public void record(FailureKind kind, int count, String message) {
        byKind.get(kind).add(count, message, clock.getAsLong());
    }

    /** The number of failures of a kind since the start. */
    public long total(FailureKind kind) {
        return byKind.get(kind).total.sum();
    }

    /** The failures of the last fifteen minutes, the latest first. */
    public List<Recent> recent() {
        long now = clock.getAsLong();
        List<Recent> recent = new ArrayList<>();
        byKind.forEach((kind, seconds) -> {
            Recent one = seconds.recent(kind, now);
            if (one.count() > 0) {
                recent.add(one);
            }
        });
        recent.sort(Comparator.comparing(Recent::ago));
        return recent;
    }
}
