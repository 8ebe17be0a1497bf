package app.rodmena.auth.metrics;

import app.rodmena.auth.schema.Description;
import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;

/** Counts and times responses by route and status. Thread-safe. */
public final class RequestMetrics {
    @Description("Requests of one route with one response status")
    public record Answers(
            @Description(
                    key = true,
                    value = "Method and template, for example GET /api/roles, also for HEAD; - if no route matches")
            String route,

            @Description(
                    key = true,
                    value = "HTTP status of the response; 499 if the client disconnected or was too slow to read it",
                    unit = "status code")
            int status,

            @Description(value = "Count since start", unit = "requests")
            long count) {}

    /**
     * Response times of a route with a status since start.
     *
     * @param route method and path template, such as {@code GET /api/roles}
     */
    public record RouteTimes(String route, int status, Distribution times) {}

    private record RouteAndStatus(String route, int status) {}

    private final MetricRegistry registry;
    private final TimingRecorders times;
    private final ConcurrentMap<String, String> names = new ConcurrentHashMap<>();
    private final ConcurrentMap<RouteAndStatus, ResponseCounters> responseCounts = new ConcurrentHashMap<>();
    private final List<IntSupplier> inFlight = new CopyOnWriteArrayList<>();

    RequestMetrics(MetricRegistry registry) {
        this.registry = registry;
        this.times = new TimingRecorders(registry, "requests");
        registry.gauge("requests.in_flight", () -> this::inFlight);
    }

    public void record(String route, int status, Duration took) {
        times.record(nameOf(route), took);
        responseCounts
                .computeIfAbsent(new RouteAndStatus(route, status), this::createCounters)
                .add(took);
    }

    private ResponseCounters createCounters(RouteAndStatus key) {
        String name = MetricRegistry.name("responses", nameOf(key.route), Integer.toString(key.status));
        synchronized (registry) {
            return new ResponseCounters(registry.counter(name));
        }
    }

    /** Includes the in-flight requests of an HTTP listener, until {@link #removeInFlight}. */
    public void addInFlight(IntSupplier requestsInFlight) {
        inFlight.add(requestsInFlight);
    }

    public void removeInFlight(IntSupplier requestsInFlight) {
        inFlight.remove(requestsInFlight);
    }

    public int inFlight() {
        return inFlight.stream().mapToInt(IntSupplier::getAsInt).sum();
    }

    /** Response counts, sorted by route and status. */
    public List<Answers> responseCounts() {
        return byRouteAndStatus((key, counters) -> new Answers(key.route, key.status, counters.count.getCount()));
    }

    /** Response times, sorted by route and status. */
    public List<RouteTimes> responseTimes() {
        return byRouteAndStatus((key, counters) -> new RouteTimes(key.route, key.status, counters.times()));
    }

    private <T> List<T> byRouteAndStatus(BiFunction<RouteAndStatus, ResponseCounters, T> row) {
        return responseCounts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(
                        Comparator.comparing(RouteAndStatus::route).thenComparing(RouteAndStatus::status)))
                .map(entry -> row.apply(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** Response times by route; keys are registry names without the prefix, such as {@code get.api.roles}. */
    public Map<String, TimingStatistics> statistics() {
        return times.statistics();
    }

    TimingRecorders times() {
        return times;
    }

    /**
     * The name of a route in the registry, without the prefix: {@code get.api.members.role} for {@code GET
     * /api/members/{role}}, because JMX would quote the original.
     */
    public String nameOf(String route) {
        return names.computeIfAbsent(route, key -> {
            String words =
                    key.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", ".").replaceAll("^\\.|\\.$", "");
            return words.isEmpty() ? "none" : words;
        });
    }

    /** Counts responses, and their durations in the buckets of a {@link Distribution}. Thread-safe. */
    private static final class ResponseCounters {
        private final Counter count;
        private final AtomicLongArray buckets = new AtomicLongArray(Distribution.BUCKETS);
        private final LongAdder totalNanos = new LongAdder();

        ResponseCounters(Counter count) {
            this.count = count;
        }

        void add(Duration took) {
            long nanos = took.toNanos();
            count.inc();
            buckets.getAndIncrement(Distribution.bucketOf(nanos));
            totalNanos.add(nanos);
        }

        Distribution times() {
            long[] counts = IntStream.range(0, Distribution.BUCKETS)
                    .mapToLong(buckets::get)
                    .toArray();
            return Distribution.of(counts, totalNanos.sum());
        }
    }
}
