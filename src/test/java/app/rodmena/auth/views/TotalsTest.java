package app.rodmena.auth.views;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.pool.event.PoolEvents;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TotalsTest {
    @Test
    void everyKindIsCountedInItsOwnTotal() {
        PoolEvents events = new PoolEvents();
        CallContext five = CallContext.named("test").batchOf(5);
        int times = 0;
        for (PoolEventKind kind : PoolEventKind.values()) {
            times++;
            for (int i = 0; i < times; i++) {
                events.emit(new PoolEvent(kind, Instant.now(), 1, 0, Duration.ZERO, "test", five, ""));
            }
        }

        assertThat(Totals.of(events)).isEqualTo(new Totals(1, 2, 3, 15, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    }
}
