package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.AuthServer;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestServer;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A server starts while a table that it needs for its start is locked. */
class PreparationLockTest {
    @Test
    void theDiagnosisNamesTheLockAndItsHolder() throws Exception {
        DatabaseTarget target = MigratedDatabase.fresh();
        try (Connection locker = TestPostgres.connect(target);
                var statement = locker.createStatement()) {
            locker.setAutoCommit(false);
            statement.execute("set application_name = 'maintenance'");
            statement.execute("lock table auth_schema_history in access exclusive mode");
            try (AuthServer server = AuthServer.start(TestServer.config(target).withFailFast(false))) {
                await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
                    Diagnosis diagnosis = server.diagnostics()
                            .diagnose()
                            .toCompletableFuture()
                            .join();
                    assertThat(diagnosis.situation()).isEqualTo(Situation.NOT_PREPARED);
                    assertThat(diagnosis.sentence())
                            .contains("a lock on auth_schema_history held by pid ")
                            .contains("maintenance, idle in transaction");
                });
                locker.rollback();
                TestServer.ready(server);
            }
        }
    }
}
