package app.rodmena.auth.tools.load;

import app.rodmena.auth.common.Json;
import app.rodmena.auth.tools.load.PoolUse.Peak;
import com.fasterxml.jackson.databind.JsonNode;
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
    private static final long TICK_MILLIS = 20;
    private static final int TICKS_IN_FIRST_SECOND = 50;
    private static final int TICKS_PER_SAMPLE = 5;
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final LoadTransport transport;
    private final int maximum;
    private final LoadClient client;
    private XnioExecutor.Key ticker = XnioExecutor.Key.IMMEDIATE;
    private volatile Optional<HealthSample> last = Optional.empty();
    private long ticks;
    private boolean stopped;
    private long samples;
    private int poolSize;
    private int minCheckedOut = Integer.MAX_VALUE;
    private int maxCheckedOut;
    private int maxOpen;
    private Peak allOut = Peak.NONE;
    private Peak allOpen = Peak.NONE;
    private long lastSampleNanos;
    private long totalOverflow;

    /** @param maximum pool_size + max_overflow */
    PoolWatch(LoadTransport transport, int maximum) {
        this.transport = transport;
        this.maximum = maximum;
        LoadRequest request =
                new LoadRequest(transport.request(Methods.GET, "/health", Optional.empty()), this::onResponse);
        this.client = new LoadClient(transport, RequestSequence.always(request), (sender, failure) -> {});
    }

    /** The pool's numbers in a response of {@code /health}; empty if the response is of another kind. */
    static Optional<HealthSample> numbers(ByteBuffer body) {
        try {
            byte[] bytes = new byte[body.remaining()];
            body.duplicate().get(bytes);
            JsonNode pool = Json.MAPPER.readTree(bytes).path("database");
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
        transport.run(() -> ticker = transport.every(TICK_MILLIS, this::tick));
    }

    /** Stops sampling; later samples are not counted. Thread-safe. */
    void stop() {
        transport.run(() -> {
            stopped = true;
            ticker.remove();
            client.disconnect();
        });
    }

    private void tick() {
        client.timeOutSentBefore(System.nanoTime() - TIMEOUT_NANOS);
        boolean isDue = ticks < TICKS_IN_FIRST_SECOND || ticks % TICKS_PER_SAMPLE == 0;
        ticks++;
        if (isDue && !client.isBusy()) {
            client.sendNext(System.nanoTime());
        }
    }

    private Optional<RequestFailure> onResponse(int status, ByteBuffer body) {
        Optional<HealthSample> numbers = numbers(body);
        numbers.filter(sample -> !stopped).ifPresent(this::add);
        return Optional.empty();
    }

    private void add(HealthSample sample) {
        long now = System.nanoTime();
        double seconds = samples == 0 ? 0 : (now - lastSampleNanos) / 1e9;
        lastSampleNanos = now;
        last = Optional.of(sample);
        samples++;
        poolSize = sample.poolSize();
        minCheckedOut = Math.min(minCheckedOut, sample.checkedOut());
        maxCheckedOut = Math.max(maxCheckedOut, sample.checkedOut());
        allOut = allOut.plusSample(sample.checkedOut() >= maximum, seconds);
        maxOpen = Math.max(maxOpen, sample.totalConnections());
        totalOverflow += sample.overflow();
        allOpen = allOpen.plusSample(sample.totalConnections() >= maximum, seconds);
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
                samples,
                samples == 0 ? 0 : minCheckedOut,
                maxCheckedOut,
                allOut,
                maxOpen,
                samples == 0 ? 0 : (double) totalOverflow / samples,
                Math.max(0, maxOpen - poolSize),
                allOpen);
    }
}
