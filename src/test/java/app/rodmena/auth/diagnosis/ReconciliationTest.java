package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.sql.Connection;
import org.junit.jupiter.api.Test;

class ReconciliationTest {
    @Test
    void aBackendWithoutAConnectionOfThePoolIsReportedOnce() throws Exception {
        try (Scene scene = new Scene(TestPostgres.freshDatabase());
                LogOf log = LogOf.logger("auth.diagnosis");
                Connection otherProcess = Scene.otherSession(scene.target, "auth/scene")) {
            int pid = Scene.pidOf(otherProcess);

            Diagnosis diagnosis = scene.await(
                    found -> !found.reconciliation().unknownBackends().isEmpty());
            scene.await(Situation.WELL);
            scene.await(Situation.WELL);

            assertThat(diagnosis.reconciliation().unknownBackends())
                    .singleElement()
                    .satisfies(backend -> assertThat(backend.pid()).isEqualTo(pid));
            assertThat(scene.diagnostics.last().reconciliation().unknownBackendsTotal())
                    .isEqualTo(1);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("backend " + pid))
                    .hasSize(1);
            Scene.run(otherProcess, "set application_name = 'other'");
            scene.await(found -> found.reconciliation().agrees());
        }
    }

    @Test
    void anIdleConnectionWithoutABackendIsReported() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.freshDatabase());
                Scene scene = new Scene(proxy.target());
                Connection admin = TestPostgres.superuser()) {
            scene.call("GET /api/roles", handle -> 1).toCompletableFuture().join();
            proxy.forgetOpenConnections();
            Scene.run(
                    admin,
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'auth/scene'");

            Diagnosis diagnosis = scene.await(
                    found -> !found.reconciliation().lostConnections().isEmpty());

            assertThat(diagnosis.reconciliation().lostConnections())
                    .singleElement()
                    .satisfies(lost -> assertThat(lost.inUse()).isFalse());
            assertThat(diagnosis.reconciliation().lostConnectionsTotal()).isEqualTo(1);
            proxy.stop();
        }
    }
}
