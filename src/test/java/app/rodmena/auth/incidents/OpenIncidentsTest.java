package app.rodmena.auth.incidents;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.incidents.OpenIncidents.Decision;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OpenIncidentsTest {
    private static final Instant START = Instant.parse("2026-11-25T03:11:40.118Z");
    private static final String LOCK = "lock held by pid 4123";
    private static final String SATURATED = Situation.SATURATED.name();

    private final OpenIncidents open = new OpenIncidents();

    @Test
    void oneCauseIsOneIncidentAMinuteAndRepetitionsAreCounted() {
        String id = happened(IncidentCause.TIMEOUT, LOCK, 0).id();
        assertThat(id).matches("20261125-031140-118[a-z]");
        assertThat(happened(IncidentCause.TIMEOUT, LOCK, 1))
                .isEqualTo(new Decision(id, IncidentCause.TIMEOUT, false, false));
        assertThat(open.happened(IncidentCause.TIMEOUT, LOCK, START.plusSeconds(59), 5, false)
                        .id())
                .isEqualTo(id);
        assertThat(open.current(IncidentCause.TIMEOUT, START.plusSeconds(59))).contains(id);
        assertThat(open.repeated(id)).contains(6L);

        assertThat(open.current(IncidentCause.TIMEOUT, START.plusSeconds(60))).isEmpty();
        Decision next = happened(IncidentCause.TIMEOUT, LOCK, 60);
        assertThat(next.isNew()).isTrue();
        assertThat(next.id()).isGreaterThan(id);
        assertThat(open.repeated(next.id())).contains(0L);
    }

    @Test
    void oneLockIsOneIncidentHoweverItShowsAndItsKindGrowsWorse() {
        String id = happened(IncidentCause.STUCK, LOCK, 0).id();
        assertThat(happened(IncidentCause.LONG_WAIT, LOCK, 1))
                .isEqualTo(new Decision(id, IncidentCause.LONG_WAIT, false, true));
        assertThat(happened(IncidentCause.TIMEOUT, LOCK, 30))
                .isEqualTo(new Decision(id, IncidentCause.TIMEOUT, false, true));
        assertThat(happened(IncidentCause.STUCK, LOCK, 31))
                .isEqualTo(new Decision(id, IncidentCause.TIMEOUT, false, false));
        assertThat(open.current(IncidentCause.LONG_WAIT, START.plusSeconds(32))).contains(id);
        assertThat(open.current(IncidentCause.TIMEOUT, START.plusSeconds(32))).contains(id);
    }

    @Test
    void theFirstRefusalIsFrozenAgain() {
        String id = happened(IncidentCause.DATABASE_DOWN, IncidentRoots.DOWN, 0).id();
        assertThat(open.happened(IncidentCause.DATABASE_DOWN, IncidentRoots.DOWN, START, 3, true))
                .isEqualTo(new Decision(id, IncidentCause.DATABASE_DOWN, false, true));
        assertThat(open.happened(IncidentCause.DATABASE_DOWN, IncidentRoots.DOWN, START, 3, true))
                .isEqualTo(new Decision(id, IncidentCause.DATABASE_DOWN, false, false));
    }

    @Test
    void anotherLockIsAnotherIncident() {
        String id = happened(IncidentCause.TIMEOUT, LOCK, 0).id();
        Decision other = happened(IncidentCause.TIMEOUT, "lock held by pid 4711", 5);
        assertThat(other.isNew()).isTrue();
        assertThat(happened(IncidentCause.LONG_WAIT, LOCK, 6).id()).isEqualTo(id);
    }

    @Test
    void whatHappensBeforeTheRootIsFoundBelongsToTheSame() {
        Decision first = happened(IncidentCause.TIMEOUT, OpenIncidents.UNKNOWN, 0);
        assertThat(happened(IncidentCause.LONG_WAIT, LOCK, 0).id()).isEqualTo(first.id());
        open.rootFound(first.id(), LOCK);
        assertThat(happened(IncidentCause.STUCK, LOCK, 2).id()).isEqualTo(first.id());
        assertThat(happened(IncidentCause.STUCK, "network", 2).isNew()).isTrue();
        assertThat(happened(IncidentCause.TIMEOUT, OpenIncidents.UNKNOWN, 3).id())
                .isEqualTo(first.id());
    }

    @Test
    void aLockThatLooksLikeSaturationAtFirstIsOneIncident() {
        Decision first = happened(IncidentCause.LONG_WAIT, SATURATED, 0);
        open.rootFound(first.id(), LOCK);
        assertThat(happened(IncidentCause.STUCK, LOCK, 1).id()).isEqualTo(first.id());
        assertThat(happened(IncidentCause.STUCK, "network", 1).isNew()).isTrue();
    }

    @Test
    void saturationIsOneIncidentHoweverItShows() {
        Decision first = happened(IncidentCause.LONG_WAIT, SATURATED, 0);
        open.rootFound(first.id(), SATURATED);
        assertThat(happened(IncidentCause.TIMEOUT, SATURATED, 1).id()).isEqualTo(first.id());
        assertThat(happened(IncidentCause.STUCK, LOCK, 1).isNew()).isTrue();
    }

    @Test
    void rootsWithoutEndDoNotMakeIncidentsWithoutEnd() {
        int begun = 0;
        for (int pid = 0; pid < 50; pid++) {
            begun += happened(IncidentCause.TIMEOUT, "lock held by pid " + pid, 1)
                            .isNew()
                    ? 1
                    : 0;
        }
        assertThat(begun).isEqualTo(8);
    }

    @Test
    void whatGoesOnIsANewIncidentLessAndLessOften() {
        int begun = 0;
        for (int second = 0; second < Duration.ofHours(8).toSeconds(); second++) {
            begun += happened(IncidentCause.TIMEOUT, LOCK, second).isNew() ? 1 : 0;
        }
        assertThat(begun).isBetween(8, 14);
    }

    @Test
    void afterAQuietTimeItIsNewAgain() {
        happened(IncidentCause.TIMEOUT, LOCK, 0);
        happened(IncidentCause.TIMEOUT, LOCK, 30);
        assertThat(happened(IncidentCause.TIMEOUT, LOCK, 3_600).isNew()).isTrue();
        assertThat(happened(IncidentCause.TIMEOUT, LOCK, 3_601).isNew()).isFalse();
        assertThat(happened(IncidentCause.TIMEOUT, LOCK, 3_660).isNew()).isTrue();
    }

    private Decision happened(IncidentCause cause, String root, int second) {
        return open.happened(cause, root, START.plusSeconds(second), 1, false);
    }
}
