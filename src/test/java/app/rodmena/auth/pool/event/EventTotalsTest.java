package app.rodmena.auth.pool.event;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.pool.event.PoolEvents.EventTotals;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventTotalsTest {
    @Test
    void everyKindIsCountedInItsOwnTotal() {
        PoolEvents events = new PoolEvents();
        CallContext five = CallContext.named("test").batchOf(5);
        int times = 0;
        for (PoolEventKind kind : PoolEventKind.values()) {
            times++;
            for (int i = 0; i < times; i++) {
                events.emit(
                        new PoolEvent(kind, Instant.now(), 1, 0, Duration.ZERO, "test", five, "", Optional.empty()));
            }
        }

        assertThat(events.totals()).isEqualTo(new EventTotals(1, 2, 3, 15, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    }
}
