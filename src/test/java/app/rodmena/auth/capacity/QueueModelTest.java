package app.rodmena.auth.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import app.rodmena.auth.capacity.QueueModel.OfferedLoad;
import app.rodmena.auth.tools.model.RandomDurations;
import app.rodmena.auth.tools.model.WaitDistribution;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares the formulas with their definitions, calculated independently, and with simulated queues. */
class QueueModelTest {
    private static final double SERVICE = 0.004;
    private static final int WARM_UP = 50_000;
    private static final int COUNTED = 1_000_000;

    @ParameterizedTest
    @CsvSource({
        "1, 0.5, 0.5", // M/M/1: the utilisation itself
        "2, 1.0, 0.3333", // 2ρ²/(1+ρ) = 1/3
        "10, 8.0, 0.4092",
        "100, 90.0, 0.2169",
        "1000, 950.0, 0.0683" // the sums of its definition, in logarithms
    })
    void erlangCMatchesItsDefinition(int servers, double offered, double probability) {
        assertThat(QueueModel.erlangC(servers, offered)).isCloseTo(probability, within(0.0001));
    }

    @Test
    void erlangBMatchesItsDefinition() {
        assertThat(QueueModel.erlangB(1, 1)).isCloseTo(0.5, within(1e-9));
        assertThat(QueueModel.erlangB(10, 5)).isCloseTo(0.0184, within(0.0001));
    }

    @Test
    void largeNumbersStayFinite() {
        assertThat(QueueModel.erlangC(100_000, 99_999)).isBetween(0.0, 1.0);
        assertThat(QueueModel.erlangC(5, 1e-12)).isBetween(0.0, 1e-9);
        assertThat(QueueModel.erlangC(5, 0)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1, 0.5", "1, 0.9", "3, 0.7", "10, 0.5", "10, 0.8", "30, 0.9"})
    void exponentialServiceMatchesTheSimulation(int servers, double utilisation) {
        OfferedLoad load = load(servers, utilisation, 1);

        WaitDistribution played = play(servers, load, RandomDurations.exponential(SERVICE, 2));

        QueueModel queue = new QueueModel(servers, load);
        assertThat(played.waitingShare()).isCloseTo(queue.waitProbability(), withPercentage(3));
        assertThat(played.mean()).isCloseTo(queue.meanWait(), withPercentage(8));
        assertThat(played.p99()).isCloseTo(queue.wait(0.99), withPercentage(8));
    }

    @ParameterizedTest
    @CsvSource({"3, 0.8, 0", "10, 0.8, 0", "10, 0.9, 0", "3, 0.8, 4", "10, 0.8, 4", "10, 0.9, 4"})
    void theVariabilityCorrectionIsWithinAQuarter(int servers, double utilisation, double variation) {
        OfferedLoad load = load(servers, utilisation, variation);
        DoubleSupplier services =
                variation == 0 ? RandomDurations.constant(SERVICE) : RandomDurations.mixed(SERVICE, variation, 2);

        WaitDistribution played = play(servers, load, services);

        assertThat(new QueueModel(servers, load).meanWait()).isCloseTo(played.mean(), withPercentage(25));
        OfferedLoad asOfMMc = new OfferedLoad(load.perSecond(), load.meanSeconds(), 1);
        assertThat(new QueueModel(servers, asOfMMc).meanWait())
                .as("the error without correction")
                .isNotCloseTo(played.mean(), withPercentage(40));
    }

    @Test
    void minServersKeepsTheTargetAndOneLessDoesNot() {
        OfferedLoad load = load(10, 0.5, 1);

        int least = QueueModel.minServers(load, 0.99, 0.002, 100).orElseThrow();

        assertThat(new QueueModel(least, load).wait(0.99)).isLessThanOrEqualTo(0.002);
        assertThat(new QueueModel(least - 1, load).wait(0.99)).isGreaterThan(0.002);
        assertThat(QueueModel.minServers(load, 0.99, 0.002, least - 1)).isEmpty();
    }

    @Test
    void maxPerSecondKeepsTheTargetAndMoreDoesNot() {
        QueueModel queue = new QueueModel(10, load(10, 0.5, 1));

        double most = queue.maxPerSecond(0.99, 0.010);

        assertThat(most).isLessThan(queue.saturation());
        assertThat(new QueueModel(10, queue.load().withPerSecond(most * 0.999)).wait(0.99))
                .isLessThanOrEqualTo(0.010);
        assertThat(new QueueModel(10, queue.load().withPerSecond(most * 1.001)).wait(0.99))
                .isGreaterThan(0.010);
    }

    @Test
    void anOverloadWaitsWithoutBound() {
        QueueModel queue = new QueueModel(2, load(2, 1.2, 1));

        assertThat(queue.isSaturated()).isTrue();
        assertThat(queue.meanWait()).isInfinite();
        assertThat(queue.wait(0.99)).isInfinite();
    }

    @Test
    void invalidArgumentsAreRefused() {
        assertThatThrownBy(() -> new QueueModel(0, load(1, 0.5, 1))).hasMessageContaining("servers: 0");
        assertThatThrownBy(() -> new OfferedLoad(-1, 1, 1)).hasMessageContaining("perSecond: -1.0");
        assertThatThrownBy(() -> new OfferedLoad(1, Double.NaN, 1)).hasMessageContaining("meanSeconds: NaN");
    }

    private static OfferedLoad load(int servers, double utilisation, double variation) {
        return new OfferedLoad(utilisation * servers / SERVICE, SERVICE, variation);
    }

    private static WaitDistribution play(int servers, OfferedLoad load, DoubleSupplier services) {
        return QueueSimulation.run(
                servers, RandomDurations.exponential(1 / load.perSecond(), 1), services, WARM_UP, COUNTED);
    }
}
