package app.rodmena.auth.tools.model;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.tools.model.ModelCheck.LoadPoint;
import app.rodmena.auth.tools.model.ModelCheck.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A real pool, put under loads as the model is: short, so only what can't be chance is asked for. */
class ModelCheckTest {
    @Test
    void whatIsMeasuredIsTheLoadThatWasPutOnAndWaitsGrowWithIt() throws Exception {
        try (ModelCheck check = new ModelCheck(TestPostgres.sharedDatabase(), 5, Duration.ofSeconds(3))) {
            check.warmUp();

            Outcome light = check.measure(new LoadPoint("light", 0.3, 1, 1));
            Outcome bunched = check.measure(new LoadPoint("bunched", 0.7, 20, 1));

            assertThat(light.queue().load().meanSeconds()).isGreaterThan(ModelCheck.MEAN_USE_SECONDS / 2);
            assertThat(light.queue().load().perSecond()).isBetween(30.0, 150.0);
            assertThat(bunched.measured().mean())
                    .as("20 that arrive at the same moment can't all be served at once by 5")
                    .isGreaterThan(ModelCheck.MEAN_USE_SECONDS / 2)
                    .isGreaterThan(light.measured().mean());
        }
    }
}
