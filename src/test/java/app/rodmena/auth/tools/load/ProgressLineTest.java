package app.rodmena.auth.tools.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.tools.load.LoadDriver.Progress;
import app.rodmena.auth.tools.load.PoolWatch.HealthSample;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private static final Progress HALF_WAY =
            new Progress(4_512, 0.45, Optional.of(10_000L), Duration.ofMillis(1_410), 3_201, 42, 0);

    private static final Optional<HealthSample> POOL = Optional.of(new HealthSample(5, 10, 5, 10));

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void onATerminalALineIsWrittenOverAndFitsIt() {
        ProgressLine line = new ProgressLine(new PrintStream(bytes, true, UTF_8), true);

        line.show(HALF_WAY, POOL, 10);
        line.show(HALF_WAY, POOL, 10);

        String shown = "4,512/10,000  3,201/s  p99 42.0 ms  pool 10/10 in use, 5 overflow";
        assertThat(bytes.toString(UTF_8)).isEqualTo(("\r\033[K" + shown).repeat(2));
    }

    @Test
    void aTerminalOfEightyColumnsTakesTheLongestLine() {
        ProgressLine line = new ProgressLine(new PrintStream(bytes, true, UTF_8), true);
        HealthSample pool = new HealthSample(500, 1_000, 500, 1_000);

        line.show(new Progress(4, 0.45, Optional.of(9L), Duration.ofSeconds(1), 3, 42, 0), Optional.empty(), 10);
        line.show(
                new Progress(
                        123_456_789, 0.99, Optional.of(200_000_000L), Duration.ofHours(1), 38_500, 29_999.9, 123_456),
                Optional.of(pool),
                1_000);

        assertThat(bytes.toString(UTF_8).substring(4).split("\r\033\\[K", -1))
                .hasSize(2)
                .allMatch(shown -> shown.length() < 80)
                .anyMatch(shown -> shown.startsWith("[#######"))
                .anyMatch(shown -> shown.startsWith("123,456,789/200,000,000  38,500/s"));
    }

    @Test
    void whereNobodyWatchesAShortRunSaysNothing() {
        ProgressLine line = new ProgressLine(new PrintStream(bytes, true, UTF_8), false);

        line.show(HALF_WAY, POOL, 10);

        assertThat(bytes.size()).isZero();
    }
}
