package app.rodmena.auth.admin;

import app.rodmena.auth.capacity.FleetForecast;
import app.rodmena.auth.capacity.PoolSizeAdvice;
import app.rodmena.auth.capacity.PoolSizeAdvisor;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.Set;

/** Advice on the pool's size, and forecasts for other sizes. */
final class CapacityEndpoints {
    private static final String WORKERS = "workers";
    private static final String POOL_SIZE = "poolSize";
    private static final String REQUESTS = "requestsPerSecond";

    private final PoolSizeAdvisor adviser;

    /** @param whatIf the forecast; null if none was requested, or if there is not enough data */
    private record CapacityResponse(
            boolean known,
            PoolSizeAdvice now,
            @JsonInclude(JsonInclude.Include.NON_NULL) FleetForecast whatIf) {}

    CapacityEndpoints(PoolSizeAdvisor advisor) {
        this.adviser = advisor;
    }

    void addTo(AdminRoutes routes) {
        routes.read("/capacity", request -> AdminJson.response(capacity(request)));
    }

    private CapacityResponse capacity(AdminRequest request) {
        Map<String, String> parameters = request.parameters(Set.of(WORKERS, POOL_SIZE, REQUESTS));
        PoolSizeAdvice now = adviser.advice();
        FleetForecast whatIf = parameters.isEmpty()
                ? null
                : adviser.forecast(
                                AdminRequest.number(parameters, WORKERS, 1, 1, PoolSizeAdvisor.MAX_WORKERS),
                                AdminRequest.number(
                                        parameters,
                                        POOL_SIZE,
                                        adviser.poolMaximum(),
                                        1,
                                        PoolSizeAdvisor.MAX_CONNECTIONS),
                                AdminRequest.number(
                                        parameters, REQUESTS, 0, 1, PoolSizeAdvisor.MAX_REQUESTS_PER_SECOND))
                        .orElse(null);
        return new CapacityResponse(now.isKnown(), now, whatIf);
    }
}
