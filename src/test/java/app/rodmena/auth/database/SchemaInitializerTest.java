package app.rodmena.auth.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseFailure.Reason;
import app.rodmena.auth.database.Migrations.MigrationException;
import app.rodmena.auth.testing.LogOf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30) // A missed notification would block forever.
class SchemaInitializerTest {
    private static final Duration NO_PAUSE = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ofHours(1);

    private final MigrationException transientFailure = new MigrationException("connection refused", true, null);
    private final MigrationException permanentFailure = new MigrationException("wrong password", false, null);

    @Test
    void anErrorIsRetriedLikeAnyFailure() {
        Error error = new ExceptionInInitializerError("no such class");
        try (SchemaInitializer preparation = new SchemaInitializer(failing(error), NEVER, NO_PAUSE)) {
            assertThatThrownBy(preparation::awaitFirstAttempt)
                    .isInstanceOfSatisfying(
                            DatabaseFailure.class,
                            failure -> assertThat(failure.reason()).isEqualTo(Reason.DATABASE_DOWN))
                    .hasCause(error);
            await().until(preparation::isDone);
        }
    }

    @Test
    void aTransientFailureIsRetriedSoon() {
        try (SchemaInitializer preparation =
                new SchemaInitializer(failing(transientFailure, transientFailure), NO_PAUSE, NEVER)) {
            await().until(preparation::isDone);
        }
    }

    @Test
    void aPermanentFailureIsRetriedLater() {
        try (SchemaInitializer preparation =
                new SchemaInitializer(failing(permanentFailure, permanentFailure), NEVER, NO_PAUSE)) {
            await().until(preparation::isDone);
        }
    }

    @Test
    void aRepeatedFailureIsLoggedOnceAndItsEndToo() {
        try (LogOf log = LogOf.logger("auth.database");
                SchemaInitializer preparation = new SchemaInitializer(
                        failing(transientFailure, transientFailure, permanentFailure), NO_PAUSE, NO_PAUSE)) {
            await().until(preparation::isDone);
            await().until(() -> log.lines().size() == 3);
            assertThat(log.lines().get(0)).contains("connection refused");
            assertThat(log.lines().get(1)).contains("wrong password", "intervention");
            assertThat(log.lines().get(2)).isEqualTo("The database is prepared now");
        }
    }

    @Test
    void anInterruptEndsTheWait() {
        try (SchemaInitializer preparation = new SchemaInitializer(new CountDownLatch(1)::await)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(preparation::awaitFirstAttempt)
                    .isInstanceOfSatisfying(
                            DatabaseFailure.class,
                            failure -> assertThat(failure.reason()).isEqualTo(Reason.SHUTTING_DOWN));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    /** Fails with each of these failures, then succeeds. */
    private static SchemaInitializer.Attempt failing(Throwable... failures) {
        Queue<Throwable> left = new ArrayDeque<>(Arrays.asList(failures));
        return () -> {
            Throwable failure = left.poll();
            if (failure instanceof MigrationException exception) {
                throw exception;
            }
            if (failure instanceof Error error) {
                throw error;
            }
        };
    }
}
