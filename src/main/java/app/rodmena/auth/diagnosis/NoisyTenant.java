package app.rodmena.auth.diagnosis;

import app.rodmena.auth.pool.PoolSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A tenant with more than half of the waiting requests, beside others, or with more than half of the connections while
 * others wait.
 *
 * @param tenant its fingerprint
 * @param share what it has, for example {@code 19 of 20 waiting requests}
 * @param route the route of most of them
 */
record NoisyTenant(String tenant, String share, String route) {
    /** Fewer waiting requests are an ordinary burst. */
    private static final int MIN_WAITING = 10;

    /** Of a smaller pool, one tenant often has most connections. */
    private static final int MIN_HELD = 3;

    /** A request, waiting or with a connection. */
    private record Request(String tenant, String route) {}

    static Optional<NoisyTenant> of(Observation observation, List<Holder> holders) {
        List<Request> waiting = observation.after().waiters().stream()
                .map(waiter -> new Request(waiter.tenant(), waiter.route()))
                .toList();
        List<Request> running = holders.stream()
                .map(holder -> new Request(holder.tenant(), holder.route()))
                .toList();
        PoolSnapshot pool = observation.after().view().numbers();
        return largest(waiting, waiting.size(), "waiting requests", MIN_WAITING)
                .filter(noisy -> noisy.hasOtherTenants(waiting) || noisy.hasOtherTenants(running))
                .or(() -> largest(running, pool.maximum(), "connections", MIN_HELD)
                        .filter(noisy -> noisy.hasOtherTenants(waiting)));
    }

    private boolean hasOtherTenants(List<Request> requests) {
        return requests.stream().anyMatch(request -> !request.tenant.equals(tenant));
    }

    /** The tenant with more than half of a total, and at least a minimum. */
    private static Optional<NoisyTenant> largest(List<Request> requests, int total, String unit, int min) {
        return mostFrequent(requests.stream().map(Request::tenant))
                .filter(tenant -> !tenant.getKey().equals("-"))
                .filter(tenant -> tenant.getValue() >= min && 2 * tenant.getValue() > total)
                .map(tenant -> new NoisyTenant(
                        tenant.getKey(),
                        "%s of %s %s".formatted(tenant.getValue(), total, unit),
                        routeOf(tenant.getKey(), requests)));
    }

    private static String routeOf(String tenant, List<Request> requests) {
        return mostFrequent(requests.stream()
                        .filter(request -> request.tenant.equals(tenant))
                        .map(Request::route))
                .orElseThrow()
                .getKey();
    }

    private static Optional<Map.Entry<String, Long>> mostFrequent(Stream<String> names) {
        return names.collect(Collectors.groupingBy(Function.identity(), Collectors.counting())).entrySet().stream()
                .max(Map.Entry.comparingByValue());
    }
}
