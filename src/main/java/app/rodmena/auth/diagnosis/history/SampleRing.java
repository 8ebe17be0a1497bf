package app.rodmena.auth.diagnosis.history;

import app.rodmena.auth.diagnosis.Formats;
import app.rodmena.auth.diagnosis.Situation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The samples of the last 15 minutes: less than 5 MB with compressed references, whatever is sampled. Not thread-safe.
 */
final class SampleRing {
    static final int SECONDS = 900;

    /** The maximum number of different activities in one second; further ones are counted as {@link Sample#OTHER}. */
    static final int ROWS = 40;

    static final int MAX_NAMES = 2_048;
    private static final int MAX_NAME_LENGTH = 120;
    private static final int MAX_SENTENCE_LENGTH = 800;

    private record Slot(long nanos, Second second) {}

    /** A text of samples, which share it; at most {@link #MAX_NAMES} are kept. */
    private static final class Name {
        final String text;
        int uses;

        Name(String text) {
            this.text = text;
        }
    }

    private final Deque<Slot> slots = new ArrayDeque<>();
    private final Map<String, Name> names = new HashMap<>();

    /**
     * One sampled second.
     *
     * @param answered whether PostgreSQL answered
     */
    record Second(Instant time, Situation situation, String sentence, boolean answered, List<Sample> samples) {}

    /**
     * Adds a second. If the last one is the same by the monotonic clock, keeps the worse of both: a requested diagnosis
     * must not hide the periodic one.
     */
    void add(Second second, long nowNanos) {
        Slot last = slots.peekLast();
        boolean isSame = last != null && second(last.nanos) == second(nowNanos);
        if (isSame && last.second.situation.compareTo(second.situation) > 0) {
            return;
        }
        if (isSame || slots.size() == SECONDS) {
            Slot removed = isSame ? slots.removeLast() : slots.removeFirst();
            removed.second.samples().forEach(sample -> sample.names().forEach(this::release));
        }
        List<Sample> samples = limited(second.samples()).stream()
                .map(sample -> sample.withNames(this::share))
                .toList();
        String sentence = Formats.shortened(second.sentence(), MAX_SENTENCE_LENGTH);
        slots.addLast(new Slot(
                nowNanos, new Second(second.time(), second.situation(), sentence, second.answered(), samples)));
    }

    /** The seconds of the last 15 minutes by the monotonic clock, the oldest first. */
    List<Second> seconds(long nowNanos) {
        return slots.stream()
                .filter(slot ->
                        nowNanos - slot.nanos <= Duration.ofSeconds(SECONDS).toNanos())
                .map(Slot::second)
                .toList();
    }

    int nameCount() {
        return names.size();
    }

    private static long second(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(nanos);
    }

    /** The samples, with all beyond the limit merged into one of each kind. */
    private static List<Sample> limited(List<Sample> samples) {
        if (samples.size() <= ROWS) {
            return samples;
        }
        int kept = ROWS - Sample.Kind.values().length;
        List<Sample> limited = new ArrayList<>(samples.subList(0, kept));
        Map<Sample.Kind, Integer> others = new EnumMap<>(Sample.Kind.class);
        samples.subList(kept, samples.size())
                .forEach(sample -> others.merge(sample.kind(), sample.count(), Integer::sum));
        others.forEach((kind, count) -> limited.add(Sample.other(kind).withCount(count)));
        return limited;
    }

    /** The kept text that is equal to a text; {@link Sample#OTHER} if there are too many. */
    private String share(String text) {
        String name = Formats.shortened(text, MAX_NAME_LENGTH);
        if (name.equals(Sample.OTHER) || (names.size() == MAX_NAMES && !names.containsKey(name))) {
            return Sample.OTHER;
        }
        Name known = names.computeIfAbsent(name, Name::new);
        known.uses++;
        return known.text;
    }

    private void release(String text) {
        names.computeIfPresent(text, (same, name) -> --name.uses == 0 ? null : name);
    }

    /**
     * Sessions or callers with the same activity in one second.
     *
     * @param pid the PID of the backend if it blocks others or is not of the pool; else {@link #NONE}
     * @param blockedBy the PID of its direct blocker; {@link #NONE} if it waits for no lock
     * @param session the session's label if it blocks others, such as {@code pid 4123 (psql)}; else empty
     * @param waitEvent the wait event, or the state while no statement runs
     * @param statement the statement's name or masked text
     * @param route the route of the callers; empty for sessions outside of the pool
     * @param blocker the label of the head of its chain of blockers; empty if it waits for no lock
     */
    record Sample(
            Kind kind,
            int pid,
            int blockedBy,
            String session,
            String waitEvent,
            String statement,
            String route,
            String blocker,
            int count) {
        /** No backend. PostgreSQL uses the PID 0 for prepared transactions. */
        static final int NONE = -1;

        /** Stands for the activities that exceed the limits of the history. */
        static final String OTHER = "(other)";

        enum Kind {
            /** A session outside of the pool that blocks the pool's sessions. */
            BLOCKER,
            /** A connection of the pool in use. */
            POOL,
            /** Callers that wait for a connection. */
            WAITER
        }

        Sample withCount(int number) {
            return new Sample(kind, pid, blockedBy, session, waitEvent, statement, route, blocker, number);
        }

        Stream<String> names() {
            return Stream.of(session, waitEvent, statement, route, blocker);
        }

        Sample withNames(UnaryOperator<String> change) {
            return new Sample(
                    kind,
                    pid,
                    blockedBy,
                    change.apply(session),
                    change.apply(waitEvent),
                    change.apply(statement),
                    change.apply(route),
                    change.apply(blocker),
                    count);
        }

        static Sample other(Kind kind) {
            return new Sample(kind, NONE, NONE, OTHER, OTHER, OTHER, OTHER, "", 1);
        }
    }
}
