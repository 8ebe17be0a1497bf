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
 * Keeps one {@link TimingRecorder} per name, created on first use. Thread-safe. The expected number of names is small;
 * names beyond the maximum share one recorder.
 */
final class TimingRecorders {
    private static final int MAX_NAMES = 500;
    private static final String OTHERS = "others";

    private final MetricRegistry registry;
    private final String prefix;
    private final ConcurrentMap<String, TimingRecorder> byName = new ConcurrentHashMap<>();

    /** @param prefix prefix of the names in the registry, such as {@code sql} */
    TimingRecorders(MetricRegistry registry, String prefix) {
        this.registry = registry;
        this.prefix = prefix;
    }

    void record(String name, Duration took) {
        TimingRecorder recorder = byName.get(name);
        (recorder == null ? recorderOf(name) : recorder).record(took);
    }

    /** Counts a failure under a name, next to its timer. */
    void countFailure(String name) {
        synchronized (registry) {
            registry.counter(MetricRegistry.name(prefix, nameWithinLimit(name), "failures"))
                    .inc();
        }
    }

    private String nameWithinLimit(String name) {
        return byName.containsKey(name) || byName.size() < MAX_NAMES ? name : OTHERS;
    }

    TimingRecorder recorderOf(String name) {
        return byName.computeIfAbsent(nameWithinLimit(name), key -> {
            TimingRecorder newRecorder = new TimingRecorder();
            synchronized (registry) { // Not while Metrics closes: the MBean would not be unregistered.
                registry.register(MetricRegistry.name(prefix, key), newRecorder.timer());
            }
            return newRecorder;
        });
    }

    void each(Consumer<? super TimingRecorder> action) {
        byName.values().forEach(action);
    }

    Map<String, TimingStatistics> statistics() {
        return byName.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, named -> named.getValue().statistics(), (one, other) -> one, TreeMap::new));
    }
}
