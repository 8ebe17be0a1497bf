package app.rodmena.auth.database;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/** Counts the failures of the last fifteen minutes by kind, message and incident. Thread-safe. */
public final class RecentFailures {
    public static final Duration RETENTION = Duration.ofMinutes(15);
    private static final int SECONDS = (int) RETENTION.toSeconds();
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    /** The maximum number of groups; the one without a failure for the longest time is dropped. */
    private static final int MAX_GROUPS = 100;

    /**
     * The failures of the last fifteen minutes with the same kind, message and incident; numbers in messages may
     * differ.
     *
     * @param kind the kind of failure, of requests or of attempts to connect
     * @param firstAgo the time since the first of them, in whole seconds unless all occurred within one second
     * @param ago the time since the last of them
     * @param message the last message, one line, without values
     * @param incident the id of the incident in which they were counted; empty if there is none
     */
    public record FailureGroup(
            FailureKind kind, int count, Duration firstAgo, Duration ago, String message, Optional<String> incident) {}

    /** @param message the message without numbers, such as that of a connection */
    private record Cause(FailureKind kind, String message, Optional<String> incident) {
        Cause {
            message = NUMBER.matcher(message).replaceAll("?");
        }
    }

    private static final class Seconds {
        private final NavigableMap<Long, Integer> counts = new TreeMap<>();
        private long lastNanos;
        private String lastMessage;

        void add(int count, String message, long nanos) {
            lastMessage = message;
            counts.merge(second(nanos), count, Integer::sum);
            removeOld(nanos);
            lastNanos = nanos;
        }

        /** Takes the latest failures away. @return the number taken, which is smaller if there are fewer */
        int take(int count) {
            int taken = 0;
            while (taken < count && !counts.isEmpty()) {
                Map.Entry<Long, Integer> latest = counts.pollLastEntry();
                int part = Math.min(count - taken, latest.getValue());
                taken += part;
                if (part < latest.getValue()) {
                    counts.put(latest.getKey(), latest.getValue() - part);
                }
            }
            return taken;
        }

        boolean removeOld(long nanos) {
            counts.headMap(second(nanos) - SECONDS, true).clear();
            return counts.isEmpty();
        }

        FailureGroup group(Cause cause, long nanos) {
            int count = counts.values().stream().mapToInt(Integer::intValue).sum();
            Duration ago = Duration.ofNanos(Math.max(0, nanos - lastNanos));
            Duration firstAgo = counts.size() == 1 ? ago : Duration.ofSeconds(second(nanos) - counts.firstKey());
            return new FailureGroup(cause.kind, count, firstAgo, ago, lastMessage, cause.incident);
        }

        private static long second(long nanos) {
            return Math.floorDiv(nanos, 1_000_000_000L);
        }
    }

    private final Map<FailureKind, LongAdder> totals = new EnumMap<>(FailureKind.class);
    private final LongSupplier clock;

    /** The group of the latest failure last; guarded by this. */
    private final Map<Cause, Seconds> groups = new LinkedHashMap<>(16, 0.75F, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Cause, Seconds> eldest) {
            return size() > MAX_GROUPS;
        }
    };

    RecentFailures() {
        this(System::nanoTime);
    }

    /** @param clock a clock in nanoseconds, such as {@link System#nanoTime} */
    RecentFailures(LongSupplier clock) {
        this.clock = clock;
        Arrays.stream(FailureKind.values()).forEach(kind -> totals.put(kind, new LongAdder()));
    }

    /** Counts failed requests or attempts. The message is one line, without values. */
    public void record(FailureKind kind, int count, String message, Optional<String> incident) {
        totals.get(kind).add(count);
        add(kind, count, message, incident);
    }

    private synchronized void add(FailureKind kind, int count, String message, Optional<String> incident) {
        groups.computeIfAbsent(new Cause(kind, message, incident), first -> new Seconds())
                .add(count, message, clock.getAsLong());
    }

    /** Moves failures that have just been counted without an incident to the group of this incident. */
    synchronized void assign(FailureKind kind, int count, String message, String incident) {
        Cause unassigned = new Cause(kind, message, Optional.empty());
        Seconds seconds = groups.get(unassigned);
        int taken = seconds == null ? 0 : seconds.take(count);
        if (seconds != null && seconds.counts.isEmpty()) {
            groups.remove(unassigned);
        }
        if (taken > 0) {
            add(kind, taken, message, Optional.of(incident));
        }
    }

    /** The number of failures of a kind since the start. */
    public long total(FailureKind kind) {
        return totals.get(kind).sum();
    }

    /** The failures of the last fifteen minutes, the latest first. */
    public synchronized List<FailureGroup> recent() {
        long now = clock.getAsLong();
        groups.values().removeIf(seconds -> seconds.removeOld(now));
        return groups.entrySet().stream()
                .map(group -> group.getValue().group(group.getKey(), now))
                .sorted(Comparator.comparing(FailureGroup::ago))
                .toList();
    }
}
