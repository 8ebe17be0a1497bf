package app.rodmena.auth.prometheus;

import app.rodmena.auth.incidents.Cause;
import app.rodmena.auth.incidents.Incidents;
import app.rodmena.auth.prometheus.Gathering.Valued;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Arrays;

/** The number of incidents by cause. */
final class IncidentNumbers {
    private final Incidents incidents;
    private final Labels labels;

    IncidentNumbers(Incidents incidents, Labels common) {
        this.incidents = incidents;
        this.labels = common.add("pool", "auth");
    }

    void addTo(Gathering gathering) {
        gathering.counter(
                "auth_pool_incidents",
                "Recorded incidents by cause",
                Arrays.stream(Cause.values())
                        .map(cause -> new Valued(labels.add("cause", cause.name()), incidents.count(cause))));
    }
}
