package app.rodmena.auth.tools.load;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.tools.load.LoadResults.ErrorCounts;
import app.rodmena.auth.tools.load.LoadResults.LoadExpectation;
import app.rodmena.auth.tools.load.LoadResults.PoolUse;
import app.rodmena.auth.tools.load.LoadResults.PoolUse.Peak;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoadAssessmentTest {
    private static final ErrorCounts NONE = new ErrorCounts(0, Map.of(), 0, 0, 0, 0, 0, Map.of());

    @Test
    void aPoolThatLeavesItsMaximumMeetsTheExpectation() {
        assertThat(verdict(pool(0, 10, new Peak(18, 60, 6)))).allMatch(LoadExpectation::isMet);
    }

    @Test
    void aPinnedPoolFailsHoweverLateItReachedTheMaximum() {
        assertThat(unmet(verdict(pool(0, 10, new Peak(20, 20, 2)))))
                .containsExactly("checked_out not pinned at the maximum", "overflow minimal");
    }

    @Test
    void aBurstOfLessThanASecondIsNotPinned() {
        assertThat(verdict(pool(0, 10, new Peak(20, 20, 0.9)))).allMatch(LoadExpectation::isMet);
    }

    @Test
    void aFewThatAreAlwaysInUseAreEnough() {
        assertThat(verdict(pool(1, 1, Peak.NONE))).allMatch(LoadExpectation::isMet);
    }

    @Test
    void tooFewSamplesAreNoFailure() {
        PoolUse unseen = new PoolUse(0, 10, 0, 0, 0, Peak.NONE, 0, 0, 0, Peak.NONE);

        assertThat(verdict(unseen)).allMatch(LoadExpectation::isMet);
        assertThat(verdict(unseen).get(1).observed()).contains("/health did not answer");
    }

    @Test
    void aRunWithoutResponsesFails() {
        assertThat(unmet(LoadResults.verdict(NONE, 0, pool(0, 5, Peak.NONE), Optional.of(Duration.ZERO), "")))
                .containsExactly("every response correct");
    }

    private static List<LoadExpectation> verdict(PoolUse pool) {
        return LoadResults.verdict(NONE, 100, pool, Optional.of(Duration.ofMillis(3)), "");
    }

    private static List<String> unmet(List<LoadExpectation> verdict) {
        return verdict.stream()
                .filter(expectation -> !expectation.isMet())
                .map(LoadExpectation::name)
                .toList();
    }

    private static PoolUse pool(int fewestOut, int mostOut, Peak peak) {
        return new PoolUse(5, 10, 60, fewestOut, mostOut, peak, mostOut, 2.5, 5, peak);
    }
}
