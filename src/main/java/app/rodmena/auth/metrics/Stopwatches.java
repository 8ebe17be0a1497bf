package app.rodmena.auth.metrics;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Keeps one {@link Stopwatch} per name, created on first use. Thread-safe. The expected number of names is small; names
 * beyond the maximum share one stopwatch.
 */
final class Stopwatches {
    private static final int MOST_NAMES = 500;
    private static final String OTHERS = "others";

    private final MetricRegistry registry;
    private final String prefix;
    private final ConcurrentMap<String, Stopwatch> byName = new ConcurrentHashMap<>();

    /** @param prefix prefix of the names in the registry, such as {@code sql} */
    Stopwatches(MetricRegistry registry, String prefix) {
        this.registry = registry;
        this.prefix = prefix;
    }

    void record(String name, Duration took) {
        Stopwatch known = byName.get(name);
        (known == null ? named(name) : known).record(took);
    }

    /** Counts a failure under a name, next to its timer. */
    void countFailure(String name) {
        synchronized (registry) {
            registry.counter(MetricRegistry.name(prefix, admitted(name), "failures"))
                    .inc();
        }
    }

    private String admitted(String name) {
        return byName.containsKey(name) || byName.size() < MOST_NAMES ? name : OTHERS;
    }

    Stopwatch named(String name) {
        return byName.computeIfAbsent(admitted(name), first -> {
            Stopwatch stopwatch = new Stopwatch();
            synchronized (registry) { // Not while Metrics closes: the MBean would not be unregistered.
                registry.register(MetricRegistry.name(prefix, first), stopwatch.timer());
            }
            return stopwatch;
        });
    }

    void each(Consumer<Stopwatch> action) {
        byName.values().forEach(action);
    }

    Map<String, Statistics> statistics() {
        return byName.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, named -> named.getValue().statistics(), (one, other) -> one, TreeMap::new));
    }
}
