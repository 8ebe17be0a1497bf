package app.rodmena.auth.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.testing.TestPostgres;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
    @Test
    void goesOnAfterAnError() {
        Sessions sessions = new Sessions(new Connector(TestPostgres.sharedDatabase()), "heartbeat-test");
        AtomicInteger asked = new AtomicInteger();
        try (Heartbeat heartbeat = new Heartbeat(sessions, () -> {
            if (asked.incrementAndGet() == 1) {
                throw new NoClassDefFoundError("gone");
            }
            return PoolSettings.DEFAULT;
        })) {
            await().until(heartbeat::isAlive);
            assertThat(heartbeat.problem()).isEmpty();
        }
    }
}
