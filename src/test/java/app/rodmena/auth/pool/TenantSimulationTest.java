package app.rodmena.auth.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TenantSimulationTest {
    private static final int CONNECTIONS = 10;
    private static final int NOISY_CLIENTS = 500;

    @Test
    void aQuietTenantIsAnsweredAlmostAsFastBesideANoisyOne() {
        Duration alone = TenantSimulation.run(CONNECTIONS, 0, true).p99();
        Duration beside = TenantSimulation.run(CONNECTIONS, NOISY_CLIENTS, true).p99();
        Duration inOrderOfArrival =
                TenantSimulation.run(CONNECTIONS, NOISY_CLIENTS, false).p99();

        assertThat(beside).isLessThan(alone.multipliedBy(2));
        assertThat(inOrderOfArrival).isGreaterThan(alone.multipliedBy(10));
    }
}
