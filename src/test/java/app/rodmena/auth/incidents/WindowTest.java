package app.rodmena.auth.incidents;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final Instant START = Instant.parse("2026-11-25T03:11:40.118Z");

    @Test
    void oneAMinuteGetsThroughAndTheOthersAreCounted() {
        Window window = new Window();
        String id = window.happened(START).orElseThrow();
        assertThat(id).matches("20261125-031140-118[a-z]");
        assertThat(window.happened(START.plusSeconds(1))).isEmpty();
        assertThat(window.happened(START.plusSeconds(59))).isEmpty();
        assertThat(window.current(START.plusSeconds(59))).contains(id);
        assertThat(window.swallowed(id)).contains(2L);

        assertThat(window.current(START.plusSeconds(60))).isEmpty();
        String next = window.happened(START.plusSeconds(60)).orElseThrow();
        assertThat(next).isGreaterThan(id);
        assertThat(window.swallowed(id)).isEmpty();
        assertThat(window.swallowed(next)).contains(0L);
    }

    @Test
    void whatGoesOnAndOnIsToldLessAndLessOften() {
        Window window = new Window();
        int told = 0;
        for (Instant now = START; now.isBefore(START.plus(Duration.ofHours(8))); now = now.plusSeconds(1)) {
            told += window.happened(now).isPresent() ? 1 : 0;
        }
        assertThat(told).isBetween(8, 14);
    }

    @Test
    void afterAQuietTimeItIsNewsAgain() {
        Window window = new Window();
        window.happened(START);
        window.happened(START.plusSeconds(30));
        Instant later = START.plus(Duration.ofHours(1));
        assertThat(window.happened(later)).isPresent();
        assertThat(window.happened(later.plusSeconds(1))).isEqualTo(Optional.empty());
        assertThat(window.happened(later.plusSeconds(60))).isPresent();
    }
}
