package app.rodmena.auth.diagnosis.history;

import app.rodmena.auth.diagnosis.Situation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The samples of the last 15 minutes in arrays of fixed size: less than 4 MB, whatever is sampled. Not thread-safe. */
final class SampleRing {
    static final int SECONDS = 900;

    /** The maximum number of different activities in one second; further ones are counted as {@link Sample#OTHER}. */
    static final int ROWS = 40;

    static final int MAX_NAMES = 2_048;
    private static final int MAX_NAME_LENGTH = 120;
    private static final int MAX_SENTENCE_LENGTH = 800;
    /** The situations, the worst first. */
    private static final List<Situation> BY_SEVERITY = List.of(
            Situation.DATABASE_DOWN,
            Situation.NO_PRIMARY,
            Situation.REFUSED,
            Situation.EXHAUSTED,
            Situation.STALLED,
            Situation.BLOCKED,
            Situation.SUSPENDED,
            Situation.NOT_PREPARED,
            Situation.NOISY_TENANT,
            Situation.SATURATED,
            Situation.OPENING,
            Situation.TROUBLED,
            Situation.FAILING,
            Situation.RECOVERING,
            Situation.WELL);

    /** The texts of a row; each is stored as the number of a name. */
    private static final int TEXTS = 5;

    private final long[] times = new long[SECONDS];
    private final long[] nanos = new long[SECONDS];
    private final Situation[] situations = new Situation[SECONDS];
    private final boolean[] answered = new boolean[SECONDS];
    private final String[] sentences = new String[SECONDS];
    private final byte[] rows = new byte[SECONDS];
    private final Sample.Kind[] kinds = new Sample.Kind[SECONDS * ROWS];
    private final int[] pids = new int[SECONDS * ROWS];
    private final int[] blockedBy = new int[SECONDS * ROWS];
    private final short[] counts = new short[SECONDS * ROWS];
    private final short[] texts = new short[SECONDS * ROWS * TEXTS];
    private final String[] names = new String[MAX_NAMES];
    private final Map<String, Short> numbers = new HashMap<>();
    private int nextNumber;

    /** Whether this second has already searched for unused names, which takes about a millisecond. */
    private boolean isSearched;

    private int next;
    private int size;

    /**
     * One sampled second.
     *
     * @param answered whether PostgreSQL answered
     */
    record Second(Instant time, Situation situation, String sentence, boolean answered, List<Sample> samples) {
        /** The higher, the worse. */
        int severity() {
            return severityOf(situation);
        }
    }

    private static int severityOf(Situation situation) {
        return -BY_SEVERITY.indexOf(situation);
    }

    SampleRing() {
        number(Sample.OTHER);
    }

    /**
     * Adds a second. If the last one is the same by the monotonic clock, keeps the worse of both: a requested diagnosis
     * must not hide the periodic one.
     */
    void add(Second second, long nowNanos) {
        boolean isSame = size > 0 && second(nanos[last()]) == second(nowNanos);
        int slot = isSame ? last() : next;
        if (isSame && severityOf(situations[slot]) > second.severity()) {
            return;
        }
        if (!isSame) {
            next = (next + 1) % SECONDS;
            size = Math.min(size + 1, SECONDS);
        }
        times[slot] = second.time().toEpochMilli();
        nanos[slot] = nowNanos;
        situations[slot] = second.situation();
        answered[slot] = second.answered();
        sentences[slot] = limited(second.sentence(), MAX_SENTENCE_LENGTH);
        isSearched = false;
        rows[slot] = 0; // Until the row is complete, names of the old second may be removed.
        List<Sample> limited = limited(second.samples());
        for (int i = 0; i < limited.size(); i++) {
            write(slot * ROWS + i, limited.get(i));
            rows[slot]++;
        }
    }

    /** The seconds of the last 15 minutes by the monotonic clock, the oldest first. */
    List<Second> seconds(long nowNanos) {
        List<Second> seconds = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int slot = (next - size + i + SECONDS) % SECONDS;
            if (nowNanos - nanos[slot] <= Duration.ofSeconds(SECONDS).toNanos()) {
                seconds.add(read(slot));
            }
        }
        return seconds;
    }

    int nameCount() {
        return numbers.size();
    }

    private int last() {
        return (next - 1 + SECONDS) % SECONDS;
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

    private void write(int row, Sample sample) {
        kinds[row] = sample.kind();
        pids[row] = sample.pid();
        blockedBy[row] = sample.blockedBy();
        counts[row] = (short) Math.min(sample.count(), Short.MAX_VALUE);
        texts[row * TEXTS] = number(sample.session());
        texts[row * TEXTS + 1] = number(sample.waitEvent());
        texts[row * TEXTS + 2] = number(sample.statement());
        texts[row * TEXTS + 3] = number(sample.route());
        texts[row * TEXTS + 4] = number(sample.blocker());
    }

    private Second read(int slot) {
        List<Sample> samples = new ArrayList<>(rows[slot]);
        for (int row = slot * ROWS; row < slot * ROWS + rows[slot]; row++) {
            samples.add(new Sample(
                    kinds[row],
                    pids[row],
                    blockedBy[row],
                    names[texts[row * TEXTS]],
                    names[texts[row * TEXTS + 1]],
                    names[texts[row * TEXTS + 2]],
                    names[texts[row * TEXTS + 3]],
                    names[texts[row * TEXTS + 4]],
                    counts[row]));
        }
        return new Second(
                Instant.ofEpochMilli(times[slot]), situations[slot], sentences[slot], answered[slot], samples);
    }

    /** The number of a name; that of {@link Sample#OTHER} if there are too many names. */
    private short number(String text) {
        String name = limited(text, MAX_NAME_LENGTH);
        Short known = numbers.get(name);
        if (known != null) {
            return known;
        }
        if (nextNumber == MAX_NAMES && !freeNumber()) {
            return 0;
        }
        short number = (short) nextNumber;
        names[number] = name;
        numbers.put(name, number);
        skipUsedNumbers();
        return number;
    }

    private void skipUsedNumbers() {
        do {
            nextNumber++;
        } while (nextNumber < MAX_NAMES && names[nextNumber] != null);
    }

    /** Removes the names that no second uses any more. @return whether a number is free */
    private boolean freeNumber() {
        if (isSearched) {
            return false;
        }
        isSearched = true;
        boolean[] used = new boolean[MAX_NAMES];
        for (int slot = 0; slot < SECONDS; slot++) {
            // The row that is being written is not counted yet.
            int end = Math.min((slot * ROWS + rows[slot] + 1) * TEXTS, texts.length);
            for (int i = slot * ROWS * TEXTS; i < end; i++) {
                used[texts[i]] = true;
            }
        }
        nextNumber = MAX_NAMES;
        for (short number = MAX_NAMES - 1; number > 0; number--) {
            if (!used[number]) {
                numbers.remove(names[number]);
                names[number] = null;
                nextNumber = number;
            }
        }
        return nextNumber < MAX_NAMES;
    }

    private static String limited(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length - 1) + "…";
    }
}
