package app.rodmena.auth.jmx;

import app.rodmena.auth.capacity.Adviser;
import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Singly;
import app.rodmena.auth.views.AdviceRow;
import app.rodmena.auth.views.OutlookRow;

@Describe("Whether the pool has the right size for the load of the last minute, and what another size would do")
final class CapacityBean {
    private final Adviser adviser;

    CapacityBean(Adviser adviser) {
        this.adviser = adviser;
    }

    @Describe("Advice on the pool's size")
    @Singly
    public AdviceRow getAdvised() {
        return adviser.advise().map(AdviceRow::of).orElseGet(AdviceRow::none);
    }

    @Describe("What to expect of another fleet under another load")
    public OutlookRow whatIf(
            @Describe(value = "Processes, 1 to 10000", unit = "processes") int workers,
            @Describe(value = "The most that each opens, overflow included; 1 to 2000", unit = "connections")
                    int poolSize,
            @Describe(value = "To all of them together", unit = "requests per second") double requestsPerSecond) {
        return adviser.whatIf(workers, poolSize, requestsPerSecond)
                .map(OutlookRow::of)
                .orElseThrow(() -> new IllegalStateException(Adviser.tooLittle()));
    }
}
