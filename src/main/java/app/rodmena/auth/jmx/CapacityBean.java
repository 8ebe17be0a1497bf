package app.rodmena.auth.jmx;

import app.rodmena.auth.capacity.PoolSizeAdvice;
import app.rodmena.auth.capacity.PoolSizeAdvisor;
import app.rodmena.auth.capacity.PoolSizeAdvisor.FleetForecast;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;

@Description("Sizing advice for the load of the last minute, and forecasts for other sizes")
final class CapacityBean {
    private final PoolSizeAdvisor adviser;

    CapacityBean(PoolSizeAdvisor advisor) {
        this.adviser = advisor;
    }

    @Description("Sizing advice for the pool")
    @Flatten
    public PoolSizeAdvice getAdvised() {
        return adviser.advice();
    }

    @Description("Forecast for another fleet under another load")
    public FleetForecast whatIf(
            @Description(value = "Number of processes, 1 to 10000", unit = "processes") int workers,
            @Description(value = "Maximum connections of each, overflow included, 1 to 2000", unit = "connections")
                    int poolSize,
            @Description(value = "Load on all processes together", unit = "requests per second")
                    double requestsPerSecond) {
        return adviser.forecast(workers, poolSize, requestsPerSecond)
                .orElseThrow(() -> new IllegalStateException(PoolSizeAdvisor.insufficientData()));
    }
}
