package app.rodmena.auth.diagnosis.incident;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IncidentEndsTest {
    private static final String ID = "20261125-031140-118a";
    private static final String LOCK = "lock held by pid 4123";

    private final IncidentEnds ends = new IncidentEnds();

    @Test
    void endsWithTheLastDiagnosisThatShowsItsRootCause() {
        ends.occurred(ID, LOCK, seconds(0));
        for (int second = 1; second <= 40; second++) {
            assertThat(diagnosed(second, LOCK)).isEmpty();
        }
        for (int second = 41; second < 45; second++) {
            assertThat(diagnosed(second)).isEmpty();
        }
        assertThat(ends.isOngoing(ID)).isTrue();
        assertThat(diagnosed(45)).containsExactly(ID);
        assertThat(diagnosed(46)).isEmpty();
        assertThat(ends.isOngoing(ID)).isFalse();
        assertThat(ends.lasted(ID)).contains(Duration.ofSeconds(40));
    }

    @Test
    void aSuspendedProcessEndsNoIncident() {
        ends.occurred(ID, LOCK, seconds(0));
        assertThat(diagnosed(600)).isEmpty();
        assertThat(diagnosed(601)).isEmpty();
        assertThat(diagnosed(602, LOCK)).isEmpty();
        assertThat(ends.lasted(ID)).isEmpty();
    }

    @Test
    void withoutPostgresqlsViewALockMayPersist() {
        ends.occurred(ID, LOCK, seconds(0));
        for (int second = 1; second < 60; second++) {
            assertThat(ends.diagnosed(Set.of(), false, seconds(second))).isEmpty();
        }
        assertThat(ends.diagnosed(Set.of(), false, seconds(60))).containsExactly(ID);
    }

    @Test
    void aLaterOccurrenceContinuesTheIncident() {
        ends.occurred(ID, OpenIncidents.UNKNOWN, seconds(0));
        ends.rootFound(ID, LOCK);
        diagnosed(4);
        diagnosed(5);
        assertThat(diagnosed(6)).containsExactly(ID);
        assertThat(ends.lasted(ID)).contains(Duration.ZERO);

        ends.occurred(ID, LOCK, seconds(20));
        assertThat(ends.lasted(ID)).isEmpty();
        diagnosed(23);
        diagnosed(24);
        assertThat(diagnosed(25)).containsExactly(ID);
        assertThat(ends.lasted(ID)).contains(Duration.ofSeconds(20));
    }

    private List<String> diagnosed(int second, String... roots) {
        return ends.diagnosed(Set.of(roots), true, seconds(second));
    }

    private static long seconds(int number) {
        return TimeUnit.SECONDS.toNanos(number);
    }
}
