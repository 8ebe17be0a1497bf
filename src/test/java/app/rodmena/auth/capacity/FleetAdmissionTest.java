package app.rodmena.auth.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.capacity.FleetQueries.FleetUnavailableException;
import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.testing.ReadyEngine;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FleetAdmissionTest {
    private static final PoolSettings TOO_LARGE = PoolSettings.DEFAULT.withSize(900, 0);

    @Test
    void anOutageIsNoTimeWithoutRoom() throws Exception {
        try (TestProxy proxy = new TestProxy(TestPostgres.freshDatabase());
                DatabaseEngine engine =
                        ReadyEngine.open(new DatabaseConfig(proxy.target(), TOO_LARGE, "admission-test"))) {
            FleetAdmission admission =
                    new FleetAdmission(engine, new FleetQueries(engine.monitor()), BudgetPolicy.REFUSE);
            CompletableFuture<BudgetExceededException> refusal = admission.refusal();
            await().until(() -> isFleetRead(admission));

            proxy.stop();
            await().during(Duration.ofSeconds(5)).until(() -> !isFleetRead(admission));
            proxy.start();
            await().until(() -> isFleetRead(admission));

            assertThat(refusal).isNotDone();
            await().until(() -> isFleetRead(admission) && refusal.isDone());
        }
    }

    private static boolean isFleetRead(FleetAdmission admission) throws InterruptedException {
        try {
            admission.attempt();
            return true;
        } catch (FleetUnavailableException e) {
            return false;
        }
    }
}
