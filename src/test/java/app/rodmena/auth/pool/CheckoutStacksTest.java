package app.rodmena.auth.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CheckoutStacksTest {
    private static final long MILLISECOND = Duration.ofMillis(1).toNanos();

    private final CheckoutStacks stacks = new CheckoutStacks();
    private final CheckoutStacks.Sampler sampler = stacks.newSampler();

    @Test
    void oneCheckoutInAHundredIsRecordedStartingWithTheFirst() {
        assertThat(LongStream.rangeClosed(1, 1_000).filter(checkout -> recordedShare("a", checkout, MILLISECOND)))
                .containsExactly(1L, 101L, 201L, 301L, 401L, 501L, 601L, 701L, 801L, 901L);
    }

    @Test
    void aFrequentlyUsedConnectionIsRecordedAHundredTimesASecond() {
        assertThat(LongStream.rangeClosed(1, 1_000_000).filter(checkout -> recordedShare("a", checkout, 1_000)))
                .hasSizeBetween(90, 100);
    }

    @Test
    void everyCheckoutOfALeakingRouteIsRecorded() {
        stacks.recordAlways("leaky");
        assertThat(LongStream.rangeClosed(2, 100).filter(checkout -> recordedShare("leaky", checkout, 1)))
                .hasSize(99);
        assertThat(LongStream.rangeClosed(2, 100).filter(checkout -> recordedShare("tight", checkout, 1)))
                .isEmpty();
    }

    private boolean recordedShare(String route, long checkout, long nanosEach) {
        return sampler.shouldRecord(route, checkout, checkout * nanosEach);
    }
}
