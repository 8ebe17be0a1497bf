package app.rodmena.auth.metrics;

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
import java.util.function.IntSupplier;

/** How often and how fast each route answered, and with what. Thread-safe. */
public final class Requests {
    /**
     * How often a route answered with a status since start.
     *
     * @param route the method and the template, as {@code GET /api/roles}
     */
    public record Answers(String route, int status, long count) {}

    /**
     * How long a route took to answer with a status, since start.
     *
     * @param route the method and the template, as {@code GET /api/roles}
     */
    public record Latencies(String route, int status, Distribution times) {}

    private record Key(String route, int status) {}

    private record Answered(Counter count, DistributionCounter times) {
        void add(Duration took) {
            count.inc();
            times.add(took);
        }
    }

    private final MetricRegistry registry;
    private final Stopwatches times;
    private final ConcurrentMap<String, String> names = new ConcurrentHashMap<>();
    private final ConcurrentMap<Key, Answered> answers = new ConcurrentHashMap<>();
    private final List<IntSupplier> inFlight = new CopyOnWriteArrayList<>();

    Requests(MetricRegistry registry) {
        this.registry = registry;
        this.times = new Stopwatches(registry, "requests");
        registry.gauge("requests.in_flight", () -> this::inFlight);
    }

    /** Counts an answer. */
    public void answered(String route, int status, Duration took) {
        times.record(nameOf(route), took);
        answers.computeIfAbsent(new Key(route, status), this::begin).add(took);
    }

    private Answered begin(Key key) {
        String name = MetricRegistry.name("responses", nameOf(key.route), Integer.toString(key.status));
        synchronized (registry) {
            return new Answered(registry.counter(name), new DistributionCounter());
        }
    }

    /** Counts in what a listener has in flight, until {@link #unwatch}. */
    public void watch(IntSupplier listenersInFlight) {
        inFlight.add(listenersInFlight);
    }

    public void unwatch(IntSupplier listenersInFlight) {
        inFlight.remove(listenersInFlight);
    }

    /** How many requests are being answered just now. */
    public int inFlight() {
        return inFlight.stream().mapToInt(IntSupplier::getAsInt).sum();
    }

    /** Every answer that was given, by route and status. */
    public List<Answers> answers() {
        return answers.entrySet().stream()
                .map(entry -> new Answers(
                        entry.getKey().route,
                        entry.getKey().status,
                        entry.getValue().count().getCount()))
                .sorted(Comparator.comparing(Answers::route).thenComparing(Answers::status))
                .toList();
    }

    /** How long every answer took that was given, by route and status. */
    public List<Latencies> latencies() {
        return answers.entrySet().stream()
                .map(entry -> new Latencies(
                        entry.getKey().route,
                        entry.getKey().status,
                        entry.getValue().times().sinceStart()))
                .sorted(Comparator.comparing(Latencies::route).thenComparing(Latencies::status))
                .toList();
    }

    /** How fast each route answers, by its name in the registry without the prefix, as {@code get.api.roles}. */
    public Map<String, Statistics> statistics() {
        return times.statistics();
    }

    Stopwatches times() {
        return times;
    }

    /** {@code GET /api/members/{role}} is {@code get.api.members.role}: JMX would put quotes around the former. */
    private String nameOf(String route) {
        return names.computeIfAbsent(route, key -> {
            String words =
                    key.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", ".").replaceAll("^\\.|\\.$", "");
            return words.isEmpty() ? "none" : words;
        });
    }
}
