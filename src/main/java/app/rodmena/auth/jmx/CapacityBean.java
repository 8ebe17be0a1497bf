package app.rodmena.auth.jmx;

import app.rodmena.auth.capacity.Adviser;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Singly;
import app.rodmena.auth.views.AdviceRow;
import app.rodmena.auth.views.OutlookRow;

@Describe("Sizing advice for the load of the last minute, and forecasts for other sizes")
final class CapacityBean {
    private final Adviser adviser;

    CapacityBean(Adviser adviser) {
        this.adviser = adviser;
    }

    @Describe("Sizing advice for the pool")
    @Singly
    public AdviceRow getAdvised() {
        return adviser.advise().map(AdviceRow::of).orElseGet(AdviceRow::none);
    }

    @Describe("Forecast for another fleet under another load")
    public OutlookRow whatIf(
            @Describe(value = "Number of processes, 1 to 10000", unit = "processes") int workers,
            @Describe(value = "Maximum connections of each, overflow included, 1 to 2000", unit = "connections")
                    int poolSize,
            @Describe(value = "Load on all processes together", unit = "requests per second")
                    double requestsPerSecond) {
        return adviser.whatIf(workers, poolSize, requestsPerSecond)
                .map(OutlookRow::of)
                .orElseThrow(() -> new IllegalStateException(Adviser.tooLittle()));
    }
}
