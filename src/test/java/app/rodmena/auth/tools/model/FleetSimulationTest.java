package app.rodmena.auth.tools.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import app.rodmena.auth.capacity.QueueModel;
import app.rodmena.auth.capacity.QueueModel.OfferedLoad;
import app.rodmena.auth.tools.model.FleetSimulation.FleetScenario;
import app.rodmena.auth.tools.model.FleetSimulation.Outcome;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class FleetSimulationTest {
    private static final FleetScenario CALM = new FleetScenario(1, 200, 0, 800, 0.010, 10, OptionalInt.empty(), 200, 0);

    @Test
    void processorSharingHasErlangsMeanResponseTime() {
        // The rate of departures is that of a queue, so the mean number of jobs is that of M/M/c: wait + service.
        QueueModel queue = new QueueModel(10, new OfferedLoad(800, 0.010, 1));

        Outcome outcome = FleetSimulation.run(CALM);

        assertThat(outcome.responseTimes().mean()).isCloseTo(queue.meanWait() + 0.010, withPercentage(5));
    }

    @Test
    void aPoolAsLargeAsTheCoresBehavesAsAQueue() {
        Outcome outcome = FleetSimulation.run(new FleetScenario(1, 5, 5, 800, 0.010, 10, OptionalInt.empty(), 200, 0));

        assertThat(outcome.maxOpen()).isEqualTo(10);
        assertThat(outcome.responseTimes().mean())
                .isCloseTo(new QueueModel(10, new OfferedLoad(800, 0.010, 1)).meanWait() + 0.010, withPercentage(5));
    }

    @Test
    void aStallFillsPostgresUnlessAPoolerLimitsConnections() {
        FleetScenario direct = new FleetScenario(1_000, 5, 5, 10_000, 0.001, 16, OptionalInt.empty(), 4, 0.25);

        Outcome without = FleetSimulation.run(direct);
        Outcome with = FleetSimulation.run(direct.withBouncer(32));

        assertThat(without.maxOpen()).isGreaterThan(2_000);
        assertThat(with.maxOpen()).isEqualTo(32);
        assertThat(with.maxActive()).isEqualTo(32);
        assertThat(with.responseTimes().p99())
                .isLessThan(without.responseTimes().p99());
    }

    @Test
    void aStallOfZeroDurationHasNoEffect() {
        // With 8 of 10 cores in use, 60 connections are rarely needed; a stall would soon use all 200.
        assertThat(FleetSimulation.run(CALM).maxActive()).isLessThan(100);
    }

    @Test
    void anInvalidScenarioIsRefusedByName() {
        assertThatThrownBy(() -> new FleetScenario(10, 5, 5, Double.NaN, 0.001, 4, OptionalInt.empty(), 2, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("perSecond: NaN; must be finite and above 0");
        assertThatThrownBy(() -> CALM.withBouncer(0)).hasMessageContaining("bouncer");
        assertThatThrownBy(() -> new FleetScenario(10, 5, 5, 1_000, 0.001, 4, OptionalInt.empty(), 2, -1))
                .hasMessageContaining("stallSeconds");
    }

    @Test
    void theSameScenarioHasTheSameOutcome() {
        FleetScenario scenario = new FleetScenario(10, 5, 5, 1_000, 0.001, 4, OptionalInt.of(8), 2, 0.1);

        assertThat(FleetSimulation.run(scenario)).isEqualTo(FleetSimulation.run(scenario));
    }
}
