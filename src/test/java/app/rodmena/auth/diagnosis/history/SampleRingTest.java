package app.rodmena.auth.diagnosis.history;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.history.SampleRing.Sample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The history is bounded, and returns what was sampled. */
class SampleRingTest {
    private static final Instant START = Instant.parse("2026-11-23T14:00:00Z");

    @Test
    void aSecondIsReturnedAsSampled() {
        SampleRing ring = new SampleRing();
        Sample blocker = new Sample(Sample.Kind.BLOCKER, 0, Sample.NONE, "a prepared transaction", "x", "", "", "", 1);
        Sample waiting = new Sample(Sample.Kind.POOL, -1, 0, "", "Lock relation", "roles.list", "GET /", "pid 0", 10);
        ring.add(second(0, List.of(blocker, waiting)), 0);
        ring.add(second(1, List.of(waiting)), nanos(1));
        ring.add(second(1, List.of(blocker)), nanos(1) + 500); // The same second: replaced.

        ring.add(new SampleRing.Second(time(1), Situation.WELL, "Well", true, List.of()), nanos(1) + 600); // Kept.

        assertThat(ring.seconds(nanos(1)))
                .containsExactly(second(0, List.of(blocker, waiting)), second(1, List.of(blocker)));
        assertThat(ring.seconds(nanos(901))).hasSize(1);
        assertThat(ring.seconds(nanos(903))).isEmpty();
    }

    @Test
    void memoryIsBoundedWhateverIsSampled() throws Exception {
        long before = usedMemory();
        SampleRing ring = new SampleRing();
        String filler = "…".repeat(2_000);
        for (int i = 0; i < 2 * SampleRing.SECONDS; i++) {
            List<Sample> samples = new ArrayList<>();
            for (int j = 0; j < 200; j++) {
                // The names of further samples are not kept.
                String name = i + " " + j + (j < SampleRing.ROWS ? filler : "");
                samples.add(new Sample(Sample.Kind.POOL, j, j, "a" + name, "b" + name, "c" + name, name, name, 1));
            }
            ring.add(new SampleRing.Second(time(i), Situation.WELL, i + filler, true, samples), nanos(i));
        }
        assertThat(usedMemory() - before).isLessThan(5_000_000);
        List<SampleRing.Second> seconds = ring.seconds(nanos(2 * SampleRing.SECONDS - 1));
        assertThat(seconds).hasSize(SampleRing.SECONDS);
        assertThat(seconds)
                .allSatisfy(second -> assertThat(second.samples().stream()
                                .mapToInt(Sample::count)
                                .sum())
                        .isEqualTo(200));
        assertThat(ring.nameCount()).isEqualTo(SampleRing.MAX_NAMES);
    }

    @Test
    void namesOfOldSecondsAreForgotten() {
        SampleRing ring = new SampleRing();
        for (int i = 0; i < 10 * SampleRing.MAX_NAMES; i++) {
            Sample sample = new Sample(Sample.Kind.POOL, -1, -1, "", "CPU", "statement " + i, "GET /", "", 1);
            ring.add(second(i, List.of(sample)), nanos(i));
        }
        int last = 10 * SampleRing.MAX_NAMES - 1;
        List<SampleRing.Second> seconds = ring.seconds(nanos(last));
        for (int i = 0; i < seconds.size(); i++) {
            assertThat(seconds.get(i).samples().get(0).statement())
                    .isEqualTo("statement " + (last - seconds.size() + 1 + i));
        }
    }

    private static SampleRing.Second second(int number, List<Sample> samples) {
        return new SampleRing.Second(time(number), Situation.EXHAUSTED, "sentence " + number, true, samples);
    }

    private static Instant time(int second) {
        return START.plusSeconds(second);
    }

    private static long nanos(int second) {
        return TimeUnit.SECONDS.toNanos(second);
    }

    private static long usedMemory() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
