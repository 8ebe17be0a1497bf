package app.rodmena.auth.diagnosis.incident;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IncidentEndsTest {
    private static final Instant START = Instant.parse("2026-11-25T03:11:40.118Z");
    private static final String LOCK = "lock held by pid 4123";

    private int now;
    private final OpenIncidents incidents = new OpenIncidents(() -> seconds(now));

    @Test
    void endsWithTheLastDiagnosisThatShowsItsRootCause() {
        String id = occurred(LOCK, 0);
        for (int second = 1; second <= 40; second++) {
            assertThat(diagnosed(second, LOCK)).isEmpty();
        }
        for (int second = 41; second < 45; second++) {
            assertThat(diagnosed(second)).isEmpty();
        }
        assertThat(incidents.progress(id).orElseThrow().isOngoing()).isTrue();
        assertThat(diagnosed(45)).containsExactly(id);
        assertThat(diagnosed(46)).isEmpty();
        assertThat(incidents.progress(id).orElseThrow().isOngoing()).isFalse();
        assertThat(incidents.progress(id).orElseThrow().lasted()).contains(Duration.ofSeconds(40));
    }

    @Test
    void aSuspendedProcessEndsNoIncident() {
        String id = occurred(LOCK, 0);
        assertThat(diagnosed(600)).isEmpty();
        assertThat(diagnosed(601)).isEmpty();
        assertThat(diagnosed(602, LOCK)).isEmpty();
        assertThat(incidents.progress(id).orElseThrow().lasted()).isEmpty();
    }

    @Test
    void withoutPostgresqlsViewALockMayPersist() {
        String id = occurred(LOCK, 0);
        for (int second = 1; second < 60; second++) {
            assertThat(diagnosedWithoutView(second)).isEmpty();
        }
        assertThat(diagnosedWithoutView(60)).containsExactly(id);
    }

    @Test
    void aLaterOccurrenceContinuesTheIncident() {
        String id = occurred(OpenIncidents.UNKNOWN, 0);
        incidents.rootFound(id, LOCK);
        diagnosed(4);
        diagnosed(5);
        assertThat(diagnosed(6)).containsExactly(id);
        assertThat(incidents.progress(id).orElseThrow().lasted()).contains(Duration.ZERO);

        assertThat(occurred(LOCK, 20)).isEqualTo(id);
        assertThat(incidents.progress(id).orElseThrow().lasted()).isEmpty();
        diagnosed(23);
        diagnosed(24);
        assertThat(diagnosed(25)).containsExactly(id);
        assertThat(incidents.progress(id).orElseThrow().lasted()).contains(Duration.ofSeconds(20));
    }

    @Test
    void anEndedIncidentIsNotContinuedByAnUnknownCause() {
        String id = occurred(LOCK, 0);
        assertThat(occurred(OpenIncidents.UNKNOWN, 1)).isEqualTo(id);
        diagnosed(5);
        diagnosed(6);
        assertThat(diagnosed(7)).containsExactly(id);
        String other = occurred(OpenIncidents.UNKNOWN, 8);
        assertThat(other).isNotEqualTo(id);
        incidents.rootFound(other, OpenIncidents.UNKNOWN);
        diagnosed(13);
        diagnosed(14);
        assertThat(diagnosed(15)).containsExactly(other);
        assertThat(occurred(OpenIncidents.UNKNOWN, 16)).isEqualTo(other);
    }

    private List<String> diagnosed(int second, String... roots) {
        now = second;
        return incidents.diagnosed(Set.of(roots), true);
    }

    private List<String> diagnosedWithoutView(int second) {
        now = second;
        return incidents.diagnosed(Set.of(), false);
    }

    private String occurred(String root, int second) {
        now = second;
        return incidents
                .record(IncidentCause.TIMEOUT, root, START.plusSeconds(second), 1, false)
                .id();
    }

    private static long seconds(int number) {
        return TimeUnit.SECONDS.toNanos(number);
    }
}
