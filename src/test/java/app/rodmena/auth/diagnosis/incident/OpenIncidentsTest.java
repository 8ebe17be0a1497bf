package app.rodmena.auth.diagnosis.incident;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.incident.OpenIncidents.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OpenIncidentsTest {
    private static final Instant START = Instant.parse("2026-11-25T03:11:40.118Z");
    private static final String LOCK = "lock held by pid 4123";
    private static final String SATURATED = Situation.SATURATED.name();

    private int now;
    private final OpenIncidents open = new OpenIncidents(() -> TimeUnit.SECONDS.toNanos(now));

    @Test
    void countsRepetitionsWithinAMinute() {
        String id = record(IncidentCause.TIMEOUT, LOCK, 0).id();
        assertThat(id).matches("20261125-031140-118[a-z]");
        assertThat(record(IncidentCause.TIMEOUT, LOCK, 1))
                .isEqualTo(new Decision(id, IncidentCause.TIMEOUT, false, false));
        now = 59;
        assertThat(open.record(IncidentCause.TIMEOUT, LOCK, START.plusSeconds(59), 5, false)
                        .id())
                .isEqualTo(id);
        assertThat(open.current(IncidentCause.TIMEOUT)).contains(id);
        assertThat(open.progress(id).orElseThrow().repetitions()).isEqualTo(6);

        now = 60;
        assertThat(open.current(IncidentCause.TIMEOUT)).isEmpty();
        Decision next = record(IncidentCause.TIMEOUT, LOCK, 60);
        assertThat(next.isNew()).isTrue();
        assertThat(next.id()).isGreaterThan(id);
        assertThat(open.progress(next.id()).orElseThrow().repetitions()).isEqualTo(0);
    }

    @Test
    void aClockThatIsSetBackDoesNotExtendAnIncident() {
        record(IncidentCause.TIMEOUT, LOCK, 0);
        now = 60;
        assertThat(open.record(IncidentCause.TIMEOUT, LOCK, START.minus(Duration.ofHours(1)), 1, false)
                        .isNew())
                .isTrue();
    }

    @Test
    void oneLockIsOneIncidentWithItsMostSevereCause() {
        String id = record(IncidentCause.STUCK, LOCK, 0).id();
        assertThat(record(IncidentCause.LONG_WAIT, LOCK, 1))
                .isEqualTo(new Decision(id, IncidentCause.LONG_WAIT, false, true));
        assertThat(record(IncidentCause.TIMEOUT, LOCK, 30))
                .isEqualTo(new Decision(id, IncidentCause.TIMEOUT, false, true));
        assertThat(record(IncidentCause.STUCK, LOCK, 31))
                .isEqualTo(new Decision(id, IncidentCause.TIMEOUT, false, false));
        assertThat(open.current(IncidentCause.LONG_WAIT)).contains(id);
        assertThat(open.current(IncidentCause.TIMEOUT)).contains(id);
    }

    @Test
    void theFirstRefusalIsRecordedAgain() {
        String id = record(IncidentCause.DATABASE_DOWN, IncidentRoots.DOWN, 0).id();
        assertThat(open.record(IncidentCause.DATABASE_DOWN, IncidentRoots.DOWN, START, 3, true))
                .isEqualTo(new Decision(id, IncidentCause.DATABASE_DOWN, false, true));
        assertThat(open.record(IncidentCause.DATABASE_DOWN, IncidentRoots.DOWN, START, 3, true))
                .isEqualTo(new Decision(id, IncidentCause.DATABASE_DOWN, false, false));
    }

    @Test
    void aRestartAndAFailoverHaveOneRootCause() {
        assertThat(List.of("", "08006", "57P01", "57P03", "25006"))
                .allSatisfy(state -> assertThat(IncidentRoots.down(state)).isEqualTo(IncidentRoots.DOWN));
        assertThat(IncidentRoots.down("53300")).isNotEqualTo(IncidentRoots.DOWN);
    }

    @Test
    void anEndedIncidentIsNotContinuedByAnotherCauseHoweverManyThereAre() {
        Set<String> ids = new HashSet<>();
        for (int pid = 1; pid <= 8; pid++) {
            ids.add(record(IncidentCause.TIMEOUT, "lock held by pid " + pid, 0).id());
        }
        Decision joined = record(IncidentCause.TIMEOUT, "lock held by pid 9", 0);
        assertThat(joined.isNew()).isFalse();
        for (now = 1; now <= 20; now++) {
            ids.removeAll(open.diagnosed(Set.of(), true));
        }
        assertThat(ids).isEmpty();

        assertThat(record(IncidentCause.DATABASE_TROUBLE, "PERMISSION_DENIED", 20)
                        .isNew())
                .isTrue();
    }

    @Test
    void anotherLockIsAnotherIncident() {
        String id = record(IncidentCause.TIMEOUT, LOCK, 0).id();
        Decision other = record(IncidentCause.TIMEOUT, "lock held by pid 4711", 5);
        assertThat(other.isNew()).isTrue();
        assertThat(record(IncidentCause.LONG_WAIT, LOCK, 6).id()).isEqualTo(id);
    }

    @Test
    void occurrencesBeforeTheRootIsFoundBelongToTheIncident() {
        Decision first = record(IncidentCause.TIMEOUT, OpenIncidents.UNKNOWN, 0);
        assertThat(record(IncidentCause.LONG_WAIT, LOCK, 0).id()).isEqualTo(first.id());
        open.rootFound(first.id(), LOCK);
        assertThat(record(IncidentCause.STUCK, LOCK, 2).id()).isEqualTo(first.id());
        assertThat(record(IncidentCause.STUCK, "network", 2).isNew()).isTrue();
        assertThat(record(IncidentCause.TIMEOUT, OpenIncidents.UNKNOWN, 3).id()).isEqualTo(first.id());
    }

    @Test
    void aLockThatLooksLikeSaturationAtFirstIsOneIncident() {
        Decision first = record(IncidentCause.LONG_WAIT, SATURATED, 0);
        open.rootFound(first.id(), LOCK);
        assertThat(record(IncidentCause.STUCK, LOCK, 1).id()).isEqualTo(first.id());
        assertThat(record(IncidentCause.STUCK, "network", 1).isNew()).isTrue();
    }

    @Test
    void saturationIsOneIncidentForAllItsSymptoms() {
        Decision first = record(IncidentCause.LONG_WAIT, SATURATED, 0);
        open.rootFound(first.id(), SATURATED);
        assertThat(record(IncidentCause.TIMEOUT, SATURATED, 1).id()).isEqualTo(first.id());
        assertThat(record(IncidentCause.STUCK, LOCK, 1).isNew()).isTrue();
    }

    @Test
    void limitsTheNumberOfOpenIncidents() {
        int begun = 0;
        for (int pid = 0; pid < 50; pid++) {
            begun += record(IncidentCause.TIMEOUT, "lock held by pid " + pid, 1).isNew() ? 1 : 0;
        }
        assertThat(begun).isEqualTo(8);
    }

    @Test
    void aLastingCauseIsANewIncidentAtGrowingIntervals() {
        int begun = 0;
        for (int second = 0; second < Duration.ofHours(8).toSeconds(); second++) {
            begun += record(IncidentCause.TIMEOUT, LOCK, second).isNew() ? 1 : 0;
        }
        assertThat(begun).isBetween(8, 14);
    }

    @Test
    void theIntervalIsResetAfterAQuietTime() {
        record(IncidentCause.TIMEOUT, LOCK, 0);
        record(IncidentCause.TIMEOUT, LOCK, 30);
        assertThat(record(IncidentCause.TIMEOUT, LOCK, 3_600).isNew()).isTrue();
        assertThat(record(IncidentCause.TIMEOUT, LOCK, 3_601).isNew()).isFalse();
        assertThat(record(IncidentCause.TIMEOUT, LOCK, 3_660).isNew()).isTrue();
    }

    private Decision record(IncidentCause cause, String root, int second) {
        now = second;
        return open.record(cause, root, START.plusSeconds(second), 1, false);
    }
}
