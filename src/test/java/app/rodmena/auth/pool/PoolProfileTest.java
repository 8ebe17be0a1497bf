package app.rodmena.auth.pool;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.common.WireNamed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolProfileTest {
    @ParameterizedTest
    @CsvSource({"default, 5, 5", "high-traffic, 10, 10", "low-memory, 3, 2", "development, 10, 20"})
    void eachProfileHasItsSize(String word, int poolSize, int maxOverflow) {
        PoolProfile profile = WireNamed.find(PoolProfile.class, word).orElseThrow();

        assertThat(profile.poolSize()).isEqualTo(poolSize);
        assertThat(profile.maxOverflow()).isEqualTo(maxOverflow);
    }

    @Test
    void thereAreExactlyFourProfiles() {
        assertThat(WireNamed.names(PoolProfile.class))
                .containsExactly("default", "high-traffic", "low-memory", "development");
        assertThat(WireNamed.find(PoolProfile.class, "HIGH_TRAFFIC")).isEmpty();
    }

    @Test
    void theDefaultProfileIsTheDefaultPool() {
        assertThat(PoolSettings.DEFAULT.poolSize()).isEqualTo(PoolProfile.DEFAULT.poolSize());
        assertThat(PoolSettings.DEFAULT.maxOverflow()).isEqualTo(PoolProfile.DEFAULT.maxOverflow());
    }
}
