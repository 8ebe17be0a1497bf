package app.rodmena.auth.diagnosis.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.common.InvalidParameterException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HistoryPeriodTest {
    private static final Instant NOW = Instant.parse("2026-11-23T14:05:10.300Z");

    @Test
    void aTimeWithoutSecondsIsAMinute() {
        assertThat(at("14:02")).isEqualTo(period("2026-11-23T14:02:00Z", "2026-11-23T14:03:00Z"));
        assertThat(at("14:02:30")).isEqualTo(period("2026-11-23T14:02:30Z", "2026-11-23T14:02:31Z"));
        assertThat(at("-2m")).isEqualTo(period("2026-11-23T14:03:10Z", "2026-11-23T14:04:10Z"));
        assertThat(at("-45s")).isEqualTo(period("2026-11-23T14:04:25Z", "2026-11-23T14:04:26Z"));
        assertThat(at("2026-11-23T15:02+01:00")).isEqualTo(period("2026-11-23T14:02:00Z", "2026-11-23T14:03:00Z"));
        assertThat(HistoryPeriod.parse("23:59", "", "", Instant.parse("2026-11-23T00:05:00Z")))
                .isEqualTo(period("2026-11-22T23:59:00Z", "2026-11-23T00:00:00Z"));
        assertThat(HistoryPeriod.parse("", "14:02", "14:03", NOW))
                .isEqualTo(period("2026-11-23T14:02:00Z", "2026-11-23T14:04:00Z"));
        assertThat(HistoryPeriod.parse("", "-5m", "", NOW))
                .isEqualTo(new HistoryPeriod(Instant.parse("2026-11-23T14:00:10Z"), NOW));
    }

    @Test
    void anErrorNamesTheParameterAndWhatIsAllowed() {
        for (String invalid : new String[] {"yesterday", "25:00", "-10h", "14:2", "10m", "\n", "2026-13-01T00:00Z"}) {
            assertThatThrownBy(() -> at(invalid))
                    .isInstanceOf(InvalidParameterException.class)
                    .hasMessageStartingWith("at: '")
                    .hasMessageContaining("14:02:30")
                    .hasMessageContaining("-10m");
        }
        assertThatThrownBy(() -> HistoryPeriod.parse("14:02", "14:01", "", NOW)).hasMessageStartingWith("at: ");
        assertThatThrownBy(() -> HistoryPeriod.parse("", "", "14:01", NOW)).hasMessageStartingWith("from: is missing");
        assertThatThrownBy(() -> HistoryPeriod.parse("", "14:03", "14:01", NOW)).hasMessageStartingWith("to: '14:01'");
    }

    @Test
    void aPeriodOutsideOfTheHistoryIsRefusedWithTheRange() {
        Instant oldest = Instant.parse("2026-11-23T13:50:10Z");
        assertThat(at("13:50").within(oldest, NOW).from()).isEqualTo(oldest);
        assertThatThrownBy(() -> at("13:49").within(oldest, NOW))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("2026-11-23T13:50:10.000Z to 2026-11-23T14:05:10.300Z");
        assertThatThrownBy(() -> at("14:06").within(oldest, NOW))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("future");
    }

    private static HistoryPeriod at(String text) {
        return HistoryPeriod.parse(text, "", "", NOW);
    }

    private static HistoryPeriod period(String from, String to) {
        return new HistoryPeriod(Instant.parse(from), Instant.parse(to));
    }
}
