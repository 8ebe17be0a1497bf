package app.rodmena.auth.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import app.rodmena.auth.database.RecentFailures.FailureGroup;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RecentFailuresTest {
    private long seconds;
    private final RecentFailures failures = new RecentFailures(() -> TimeUnit.SECONDS.toNanos(seconds));

    @Test
    void messagesThatDifferInNumbersAreOneGroupWithTheLastMessage() {
        fail(FailureKind.CONNECTION_LOST, "HikariCP closed connection 811 while it was being set up");
        seconds = 5;
        fail(FailureKind.POOL_TIMEOUT, "no connection became free within pool_timeout");
        seconds = 8;
        fail(FailureKind.CONNECTION_LOST, "HikariCP closed connection 812 while it was being set up");
        seconds = 10;

        assertThat(failures.recent())
                .containsExactly(
                        new FailureGroup(
                                FailureKind.CONNECTION_LOST,
                                2,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(2),
                                "HikariCP closed connection 812 while it was being set up",
                                Optional.empty()),
                        new FailureGroup(
                                FailureKind.POOL_TIMEOUT,
                                1,
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(5),
                                "no connection became free within pool_timeout",
                                Optional.empty()));
    }

    @Test
    void failuresAreForgottenAfterFifteenMinutes() {
        fail(FailureKind.POOL_TIMEOUT, "no connection became free within pool_timeout");
        seconds = 899;
        assertThat(failures.recent()).hasSize(1);
        seconds = 901;
        assertThat(failures.recent()).isEmpty();
        assertThat(failures.total(FailureKind.POOL_TIMEOUT)).isEqualTo(1);
    }

    @Test
    void failuresAreMovedToTheirIncident() {
        fail(FailureKind.POOL_TIMEOUT, "no connection became free within pool_timeout");
        failures.record(FailureKind.POOL_TIMEOUT, 3, "no connection became free within pool_timeout", Optional.empty());
        failures.assign(FailureKind.POOL_TIMEOUT, 3, "no connection became free within pool_timeout", "20261128-a");
        assertThat(failures.recent())
                .extracting(FailureGroup::count, FailureGroup::incident)
                .containsExactlyInAnyOrder(tuple(1, Optional.empty()), tuple(3, Optional.of("20261128-a")));

        failures.assign(FailureKind.POOL_TIMEOUT, 1, "no connection became free within pool_timeout", "20261128-a");
        assertThat(failures.recent())
                .extracting(FailureGroup::count, FailureGroup::incident)
                .containsExactly(tuple(4, Optional.of("20261128-a")));
        assertThat(failures.total(FailureKind.POOL_TIMEOUT)).isEqualTo(4);
    }

    private void fail(FailureKind kind, String message) {
        failures.record(kind, 1, message, Optional.empty());
    }
}
