package app.rodmena.auth.diagnosis;

import app.rodmena.auth.pool.WaiterView;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A tenant with more than half of the waiting requests, beside others.
 *
 * @param tenant its fingerprint
 * @param waiting the number of its waiting requests
 * @param route the route of most of them
 */
record NoisyTenant(String tenant, long waiting, String route) {
    /** Fewer waiting requests are an ordinary burst. */
    private static final int MIN_WAITING = 10;

    static Optional<NoisyTenant> of(Observation observation, List<Holder> holders) {
        List<WaiterView> waiters = observation.after().waiters();
        Map.Entry<String, Long> largest = mostFrequent(waiters.stream().map(WaiterView::tenant));
        boolean hasOthers = Stream.concat(
                        waiters.stream().map(WaiterView::tenant),
                        holders.stream().map(Holder::tenant))
                .anyMatch(tenant -> !tenant.equals(largest.getKey()));
        if (waiters.size() < MIN_WAITING
                || largest.getKey().equals("-")
                || 2 * largest.getValue() <= waiters.size()
                || !hasOthers) {
            return Optional.empty();
        }
        String route = mostFrequent(waiters.stream()
                        .filter(waiter -> waiter.tenant().equals(largest.getKey()))
                        .map(WaiterView::route))
                .getKey();
        return Optional.of(new NoisyTenant(largest.getKey(), largest.getValue(), route));
    }

    private static Map.Entry<String, Long> mostFrequent(Stream<String> names) {
        return names.collect(Collectors.groupingBy(Function.identity(), Collectors.counting())).entrySet().stream()
                .max(Map.Entry.comparingByValue(Comparator.naturalOrder()))
                .orElse(Map.entry("-", 0L));
    }
}
