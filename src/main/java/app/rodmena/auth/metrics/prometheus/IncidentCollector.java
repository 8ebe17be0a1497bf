package app.rodmena.auth.metrics.prometheus;

import app.rodmena.auth.diagnosis.incident.IncidentCause;
import app.rodmena.auth.diagnosis.incident.Incidents;
import app.rodmena.auth.metrics.prometheus.ScrapeBuilder.LabelledValue;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Arrays;

/** The number of incidents by cause. */
final class IncidentCollector {
    private final Incidents incidents;
    private final Labels labels;

    IncidentCollector(Incidents incidents, Labels common) {
        this.incidents = incidents;
        this.labels = common.add("pool", "auth");
    }

    void addTo(ScrapeBuilder scrape) {
        scrape.counter(
                "auth_pool_incidents",
                "Recorded incidents by cause",
                Arrays.stream(IncidentCause.values())
                        .map(cause -> new LabelledValue(labels.add("cause", cause.name()), incidents.count(cause))));
    }
}
