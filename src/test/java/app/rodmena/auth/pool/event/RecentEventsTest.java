package app.rodmena.auth.pool.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecentEventsTest {
    @Test
    void theNewestEventsAreKept() {
        RecentEvents recent = new RecentEvents(3);
        assertThat(recent.newestFirst()).isEmpty();

        for (int id = 1; id <= 5; id++) {
            recent.onEvent(event(id));
        }

        assertThat(recent.newestFirst()).extracting(PoolEvent::connectionId).containsExactly(5, 4, 3);
    }

    @Test
    void aConcurrentReaderSeesNoEventTwice() {
        RecentEvents recent = new RecentEvents(50);
        List<CompletableFuture<Void>> writers = IntStream.range(0, 4)
                .mapToObj(writer -> CompletableFuture.runAsync(() ->
                        IntStream.range(0, 50_000).forEach(i -> recent.onEvent(event(writer * 50_000 + i)))))
                .toList();
        CompletableFuture<Void> done = CompletableFuture.allOf(writers.toArray(CompletableFuture[]::new));

        do {
            assertThat(recent.newestFirst())
                    .extracting(PoolEvent::connectionId)
                    .doesNotHaveDuplicates()
                    .hasSizeLessThanOrEqualTo(50);
        } while (!done.isDone());

        done.join();
        assertThat(recent.newestFirst()).hasSize(50);
    }

    private static PoolEvent event(int connectionId) {
        return new PoolEvent(
                PoolEventKind.CHECKOUT,
                Instant.now(),
                connectionId,
                0,
                Duration.ZERO,
                Thread.currentThread().getName(),
                CallContext.POOL,
                "",
                Optional.empty());
    }
}
