package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.TestPostgres;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DiagnosticsTest {
    @Test
    void aListenerThatFailsIsCountedAndPreventsNoOther() {
        try (Scene scene = new Scene(TestPostgres.freshDatabase())) {
            CompletableFuture<Diagnosis> received = new CompletableFuture<>();
            scene.diagnostics.add(diagnosis -> {
                throw new IllegalStateException("a test");
            });
            scene.diagnostics.add(received::complete);
            assertThat(received).succeedsWithin(Duration.ofSeconds(20));
            assertThat(scene.engine.events().listenerFailures()).isPositive();
        }
    }
}
