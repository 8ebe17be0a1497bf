package app.rodmena.auth.load;

import app.rodmena.auth.load.PoolUse.Peak;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.undertow.util.Methods;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.xnio.XnioExecutor;

/**
 * Samples {@code GET /health} during a load test: ten times a second, and more often in the first second, since a short
 * run would otherwise end before the first sample. Used on the I/O thread only, except for methods documented as
 * thread-safe.
 */
final class PoolWatch {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long TICK_MILLIS = 20;
    private static final int TICKS_OF_THE_FIRST_SECOND = 50;
    private static final int TICKS_BETWEEN_LOOKS = 5;
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final LoadTransport wire;
    private final int maximum;
    private final LoadClient client;
    private XnioExecutor.Key ticking = XnioExecutor.Key.IMMEDIATE;
    private volatile Optional<HealthSample> last = Optional.empty();
    private long ticks;
    private boolean isOver;
    private long looks;
    private int poolSize;
    private int fewestOut = Integer.MAX_VALUE;
    private int mostOut;
    private int mostOpen;
    private Peak allOut = Peak.NONE;
    private Peak allOpen = Peak.NONE;
    private long lastLookNanos;
    private long sumOfOverflow;

    /** @param maximum pool_size + max_overflow */
    PoolWatch(LoadTransport wire, int maximum) {
        this.wire = wire;
        this.maximum = maximum;
        LoadRequest question = new LoadRequest(wire.request(Methods.GET, "/health", Optional.empty()), this::see);
        this.client = new LoadClient(wire, RequestSequence.always(question), (asked, miss) -> {});
    }

    /** The pool's numbers in a response of {@code /health}; empty if the response is of another kind. */
    static Optional<HealthSample> numbers(ByteBuffer body) {
        try {
            byte[] bytes = new byte[body.remaining()];
            body.duplicate().get(bytes);
            JsonNode pool = JSON.readTree(bytes).path("database");
            return pool.path("pool_size").isInt()
                    ? Optional.of(new HealthSample(
                            pool.path("pool_size").asInt(),
                            pool.path("checked_out").asInt(),
                            pool.path("available").asInt(),
                            pool.path("overflow").asInt(),
                            pool.path("total_connections").asInt()))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Starts sampling. Thread-safe. */
    void start() {
        wire.run(() -> ticking = wire.every(TICK_MILLIS, this::tick));
    }

    /** Stops sampling; later samples are not counted. Thread-safe. */
    void stop() {
        wire.run(() -> {
            isOver = true;
            ticking.remove();
            client.hangUp();
        });
    }

    private void tick() {
        client.giveUpBefore(System.nanoTime() - TIMEOUT_NANOS);
        boolean isTime = ticks < TICKS_OF_THE_FIRST_SECOND || ticks % TICKS_BETWEEN_LOOKS == 0;
        ticks++;
        if (isTime && !client.isBusy()) {
            client.ask(System.nanoTime());
        }
    }

    private Optional<RequestFailure> see(int status, ByteBuffer body) {
        Optional<HealthSample> numbers = numbers(body);
        numbers.filter(seen -> !isOver).ifPresent(this::count);
        return Optional.empty();
    }

    private void count(HealthSample seen) {
        long now = System.nanoTime();
        double seconds = looks == 0 ? 0 : (now - lastLookNanos) / 1e9;
        lastLookNanos = now;
        last = Optional.of(seen);
        looks++;
        poolSize = seen.poolSize();
        fewestOut = Math.min(fewestOut, seen.checkedOut());
        mostOut = Math.max(mostOut, seen.checkedOut());
        allOut = allOut.and(seen.checkedOut() >= maximum, seconds);
        mostOpen = Math.max(mostOpen, seen.totalConnections());
        sumOfOverflow += seen.overflow();
        allOpen = allOpen.and(seen.totalConnections() >= maximum, seconds);
    }

    /** The last sample. Thread-safe. */
    Optional<HealthSample> last() {
        return last;
    }

    int maximum() {
        return maximum;
    }

    /** The summary of all samples. */
    PoolUse use() {
        return new PoolUse(
                poolSize,
                maximum,
                looks,
                looks == 0 ? 0 : fewestOut,
                mostOut,
                allOut,
                mostOpen,
                looks == 0 ? 0 : (double) sumOfOverflow / looks,
                Math.max(0, mostOpen - poolSize),
                allOpen);
    }
}
