package app.rodmena.auth.admin;

import app.rodmena.auth.capacity.Fleet;
import app.rodmena.auth.capacity.Fleet.FleetMember;
import app.rodmena.auth.capacity.FleetWatch.FleetReading;
import app.rodmena.auth.capacity.PoolSizeAdvice;
import app.rodmena.auth.capacity.PoolSizeAdvisor;
import app.rodmena.auth.capacity.PoolSizeAdvisor.FleetForecast;
import app.rodmena.auth.core.Core;
import app.rodmena.auth.http.QueryParameters;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Advice on the pool's size, forecasts for other sizes, and the fleet: all instances of this server. */
record CapacityEndpoints(Core core, String ownInstance) {
    private static final String WORKERS = "workers";
    private static final String POOL_SIZE = "poolSize";
    private static final String REQUESTS = "requestsPerSecond";

    /** @param whatIf the forecast; null if none was requested, or if there is not enough data */
    private record CapacityResponse(
            boolean known,
            PoolSizeAdvice now,
            @JsonInclude(JsonInclude.Include.NON_NULL) FleetForecast whatIf) {}

    private record FleetResponse(
            String sentence, @JsonUnwrapped FleetReading fleet, List<Instance> instances) {}

    private record Instance(boolean self, @JsonUnwrapped FleetMember member) {}

    void addTo(AdminRoutes routes) {
        routes.read("/capacity", request -> AdminJson.response(capacity(request)));
        routes.read("/fleet", request -> AdminJson.response(fleet()));
    }

    private CapacityResponse capacity(AdminRequest request) {
        PoolSizeAdvisor advisor = core.advisor();
        QueryParameters parameters = request.parameters(Set.of(WORKERS, POOL_SIZE, REQUESTS));
        int workers = parameters.number(WORKERS, 1, PoolSizeAdvisor.MAX_WORKERS).orElse(1);
        int poolSize = parameters
                .number(POOL_SIZE, 1, PoolSizeAdvisor.MAX_CONNECTIONS)
                .orElse(core.engine().pool().settings().maximum());
        int requests = parameters
                .number(REQUESTS, 1, PoolSizeAdvisor.MAX_REQUESTS_PER_SECOND)
                .orElse(0);
        PoolSizeAdvice now = advisor.advice();
        Optional<FleetForecast> whatIf =
                parameters.isEmpty() ? Optional.empty() : advisor.forecast(workers, poolSize, requests);
        return new CapacityResponse(now.isKnown(), now, whatIf.orElse(null));
    }

    private FleetResponse fleet() {
        FleetReading reading = core.fleet().reading();
        return new FleetResponse(
                reading.fleet().map(Fleet::toText).orElse("The fleet has not been read yet: " + reading.problem()),
                reading,
                reading.fleet().map(Fleet::members).orElse(List.of()).stream()
                        .map(member -> new Instance(member.instance().equals(ownInstance), member))
                        .toList());
    }
}
