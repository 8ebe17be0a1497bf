package app.rodmena.auth.admin;

import app.rodmena.auth.capacity.Adviser;
import app.rodmena.auth.views.AdviceRow;
import app.rodmena.auth.views.OutlookRow;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.Set;

/** Whether the pool has the right size, and what another would do. */
final class CapacityPages {
    private static final String WORKERS = "workers";
    private static final String POOL_SIZE = "poolSize";
    private static final String REQUESTS = "requestsPerSecond";

    private final Adviser adviser;

    /** @param whatIf null unless it was asked for, and enough is known */
    private record Shown(
            boolean known,
            AdviceRow now,
            @JsonInclude(JsonInclude.Include.NON_NULL) OutlookRow whatIf) {}

    CapacityPages(Adviser adviser) {
        this.adviser = adviser;
    }

    void addTo(Pages pages) {
        pages.read("/capacity", asked -> Reply.json(shown(asked)));
    }

    private Shown shown(Asked asked) {
        Map<String, String> wanted = asked.parameters(Set.of(WORKERS, POOL_SIZE, REQUESTS));
        AdviceRow now = adviser.advise().map(AdviceRow::of).orElseGet(AdviceRow::none);
        OutlookRow whatIf = wanted.isEmpty()
                ? null
                : adviser.whatIf(
                                Asked.number(wanted, WORKERS, 1, 1, Adviser.MOST_WORKERS),
                                Asked.number(wanted, POOL_SIZE, adviser.poolMaximum(), 1, Adviser.MOST_CONNECTIONS),
                                Asked.number(wanted, REQUESTS, 0, 1, Adviser.MOST_REQUESTS_PER_SECOND))
                        .map(OutlookRow::of)
                        .orElse(null);
        return new Shown(now.maximum() > 0, now, whatIf);
    }
}
