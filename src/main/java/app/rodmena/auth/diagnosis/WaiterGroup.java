package app.rodmena.auth.diagnosis;

import app.rodmena.auth.pool.WaiterView;
import app.rodmena.auth.schema.Description;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The callers that wait for a connection for the same operation.
 *
 * @param since the arrival of the caller that has waited longest
 */
@Description("Callers of one route waiting for a connection")
public record WaiterGroup(
        @Description(key = true, value = "Route of the callers, for example GET /api/roles")
        String route,

        @Description(value = "Number of callers", unit = "callers")
        int count,

        Instant since,

        @Description(value = "Longest current wait among them", wholeMillis = true)
        Duration longest,

        @Description("Id of the request that has waited longest; empty if it has none")
        String requestId) {
    /** The waiting callers by route, the largest group first. */
    static List<WaiterGroup> of(PoolObservation pool) {
        return pool.waiters().stream().collect(Collectors.groupingBy(WaiterView::route)).entrySet().stream()
                .map(group -> of(group.getKey(), group.getValue(), pool.at()))
                .sorted(Comparator.comparing(WaiterGroup::count).reversed().thenComparing(WaiterGroup::route))
                .toList();
    }

    private static WaiterGroup of(String route, List<WaiterView> callers, Instant now) {
        WaiterView first = Collections.min(callers, Comparator.comparing(WaiterView::since));
        Duration longest = Duration.between(first.since(), now);
        return new WaiterGroup(
                route,
                callers.size(),
                first.since(),
                longest.isNegative() ? Duration.ZERO : longest,
                first.ids().requestId());
    }
}
