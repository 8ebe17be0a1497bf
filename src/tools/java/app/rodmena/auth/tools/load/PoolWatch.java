package app.rodmena.auth.tools.load;

import app.rodmena.auth.tools.load.LoadResults.PoolUse.Peak;
import com.fasterxml.jackson.databind.JsonNode;
import io.undertow.util.Methods;
import java.nio.ByteBuffer;
import java.util.IntSummaryStatistics;
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
    private final IntSummaryStatistics checkedOut = new IntSummaryStatistics();
    private final IntSummaryStatistics open = new IntSummaryStatistics();
    private final IntSummaryStatistics overflow = new IntSummaryStatistics();
    private Peak allOut = Peak.NONE;
    private Peak allOpen = Peak.NONE;
    private long lastSampleNanos;

    /** @param maximum pool_size + max_overflow */
    PoolWatch(LoadTransport transport, int maximum) {
        this.transport = transport;
        this.maximum = maximum;
        LoadRequest request =
                new LoadRequest(transport.request(Methods.GET, "/health", Optional.empty()), this::onResponse);
        this.client = new LoadClient(transport, () -> request, (sender, failure) -> {});
    }

    /** The pool's numbers in a response of {@code /health}; empty if the response is of another kind. */
    static Optional<HealthSample> numbers(JsonNode health) {
        JsonNode pool = health.path("database");
        return pool.path("pool_size").isInt()
                ? Optional.of(new HealthSample(
                        pool.path("pool_size").asInt(),
                        pool.path("checked_out").asInt(),
                        pool.path("overflow").asInt(),
                        pool.path("total_connections").asInt()))
                : Optional.empty();
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
        numbers(LoadRequest.json(body)).filter(sample -> !stopped).ifPresent(this::add);
        return Optional.empty();
    }

    private void add(HealthSample sample) {
        long now = System.nanoTime();
        double seconds = last.isEmpty() ? 0 : (now - lastSampleNanos) / 1e9;
        lastSampleNanos = now;
        last = Optional.of(sample);
        checkedOut.accept(sample.checkedOut());
        open.accept(sample.totalConnections());
        overflow.accept(sample.overflow());
        allOut = allOut.plusSample(sample.checkedOut() >= maximum, seconds);
        allOpen = allOpen.plusSample(sample.totalConnections() >= maximum, seconds);
    }

    /** The last sample. Thread-safe. */
    Optional<HealthSample> last() {
        return last;
    }

    int maximum() {
        return maximum;
    }

    LoadResults.PoolUse use() {
        int poolSize = last.map(HealthSample::poolSize).orElse(0);
        return new LoadResults.PoolUse(
                poolSize,
                maximum,
                checkedOut.getCount(),
                last.isEmpty() ? 0 : checkedOut.getMin(),
                Math.max(0, checkedOut.getMax()),
                allOut,
                Math.max(0, open.getMax()),
                overflow.getAverage(),
                Math.max(0, open.getMax() - poolSize),
                allOpen);
    }

    /**
     * The pool's numbers as {@code GET /health} reports them.
     *
     * @param checkedOut connections in use
     * @param overflow connections open beyond pool_size
     * @param totalConnections connections open
     */
    public record HealthSample(int poolSize, int checkedOut, int overflow, int totalConnections) {}
}
