package app.rodmena.auth.metrics.health;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.database.DatabaseAvailability;
import app.rodmena.auth.metrics.health.Health.Check;
import app.rodmena.auth.metrics.health.Health.DatabaseHealth;
import app.rodmena.auth.metrics.health.Health.Status;
import app.rodmena.auth.pool.PoolSnapshot;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static final Instant SINCE = Instant.parse("2026-01-02T03:04:05Z");

    private PoolSnapshot pool = new PoolSnapshot(5, 5, 0, 0, 0);
    private DatabaseAvailability database = new DatabaseAvailability(true, true, "", SINCE, "", false);
    private final Health health = new Health(() -> pool, () -> database);

    @Test
    void databaseHealthShowsThePoolsNumbers() {
        pool = new PoolSnapshot(5, 5, 7, 9, 3);

        assertThat(health.database())
                .isEqualTo(new DatabaseHealth(
                        "healthy",
                        Map.of(
                                "pool_size",
                                5,
                                "checked_out",
                                7,
                                "available",
                                0,
                                "overflow",
                                4,
                                "total_connections",
                                9)));
    }

    @Test
    void anUnreachableDatabaseIsUnhealthyAndItsPoolIsShown() {
        database = new DatabaseAvailability(false, true, "connection refused", SINCE, "", false);
        pool = new PoolSnapshot(5, 5, 2, 3, 0);

        assertThat(health.database().healthy()).isFalse();
        assertThat(health.database())
                .isEqualTo(new DatabaseHealth(
                        "unhealthy",
                        Map.of(
                                "pool_size",
                                5,
                                "checked_out",
                                2,
                                "available",
                                3,
                                "overflow",
                                0,
                                "total_connections",
                                3)));
    }

    @Test
    void aStartingServerIsLiveButNeitherStartedNorReady() {
        assertThat(health.live().up()).isTrue();
        assertThat(health.started().up()).isFalse();
        assertThat(health.ready().up()).isFalse();
    }

    @Test
    void aRunningServerWithAReachableDatabaseIsReady() {
        health.markRunning();

        assertThat(health.started().up()).isTrue();
        assertThat(health.ready().checks())
                .containsExactly(
                        new Check("server", Status.UP, Map.of("phase", "running")),
                        new Check("database", Status.UP, Map.of("reachable", true, "migrated", true, "since", SINCE)),
                        new Check("pool", Status.UP, Map.of("pool_size", 5, "max_overflow", 5, "waiting", 0)));
        assertThat(health.ready().up()).isTrue();
    }

    @Test
    void anUnreachableDatabaseFailsReadinessButNotLiveness() {
        health.markRunning();
        database = new DatabaseAvailability(false, false, "connection refused", SINCE, "", false);

        assertThat(health.ready().up()).isFalse();
        assertThat(health.ready().checks().get(1))
                .isEqualTo(new Check(
                        "database",
                        Status.DOWN,
                        Map.of(
                                "reachable",
                                false,
                                "migrated",
                                false,
                                "problem",
                                "connection refused",
                                "since",
                                SINCE)));
        assertThat(health.live().up()).isTrue();
        assertThat(health.started().up()).isTrue();
    }

    @Test
    void aDatabaseWithoutSchemaIsHealthyButNotReady() {
        health.markRunning();
        database = new DatabaseAvailability(true, false, "migrations are running", SINCE, "", false);

        assertThat(health.database().healthy()).isTrue();
        assertThat(health.ready().up()).isFalse();
    }

    @Test
    void aStoppingServerIsLiveAndStartedButNeverReadyAgain() {
        health.markRunning();
        health.markStopping();
        health.markRunning();

        assertThat(health.ready().up()).isFalse();
        assertThat(health.ready().checks().get(0))
                .isEqualTo(new Check("server", Status.DOWN, Map.of("phase", "stopping")));
        assertThat(health.started().up()).isTrue();
        assertThat(health.live().up()).isTrue();
    }
}
