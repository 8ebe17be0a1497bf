package app.rodmena.auth.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class UtcTimestampFormatTest {
    @Test
    void timesAreUtcWithoutZoneWithMicroseconds() {
        assertThat(UtcTimestampFormat.text(Instant.parse("2026-11-23T15:35:24.130938999Z")))
                .isEqualTo("2026-11-23T15:35:24.130938");
        assertThat(UtcTimestampFormat.text(Instant.parse("2026-11-23T15:35:24Z")))
                .isEqualTo("2026-11-23T15:35:24.000000");
    }

    @Test
    void theCachedSecondIsNotUsedForOtherSeconds() {
        List<String> times =
                List.of("2026-12-31T23:59:59.999999", "2027-01-01T00:00:00.000001", "2026-12-31T23:59:59.500000");
        for (String time : times) {
            assertThat(UtcTimestampFormat.text(Instant.parse(time + "Z"))).isEqualTo(time);
        }
    }
}
