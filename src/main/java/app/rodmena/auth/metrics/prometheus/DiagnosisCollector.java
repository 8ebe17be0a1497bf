package app.rodmena.auth.metrics.prometheus;

import app.rodmena.auth.database.activity.BackendStateCount;
import app.rodmena.auth.database.activity.ConnectionSlots;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Diagnostics;
import app.rodmena.auth.diagnosis.Reconciliation;
import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.Verdict;
import app.rodmena.auth.metrics.prometheus.ScrapeBuilder.LabelledValue;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Metrics of the last diagnosis and its PostgreSQL snapshot. A scrape causes no query. */
final class DiagnosisCollector {
    /** The maximum number of application names: clients choose them freely, so the label must be bounded. */
    private static final int MAX_NAMES = 50;

    private static final String OTHERS = "others";

    private final Diagnostics diagnostics;
    private final Labels common;
    private final Labels labels;

    DiagnosisCollector(Diagnostics diagnostics, Labels common) {
        this.diagnostics = diagnostics;
        this.common = common;
        this.labels = common.add("pool", "auth");
    }

    void addTo(ScrapeBuilder scrape) {
        Diagnosis diagnosis = diagnostics.last();
        scrape.gauge(
                "auth_pool_situation",
                "The pool's situation: 1 for the current one, 0 for the others",
                Arrays.stream(Situation.values())
                        .map(each -> new LabelledValue(
                                labels.add("situation", each.name()), each == diagnosis.situation() ? 1 : 0)));
        scrape.gauge(
                "auth_pool_holders",
                "Checked-out connections by verdict",
                Arrays.stream(Verdict.values())
                        .map(each -> new LabelledValue(
                                labels.add("verdict", each.name()),
                                diagnosis.verdicts().getOrDefault(each, 0))));
        reconciliation(scrape, diagnosis.reconciliation());
        scrape.gauge(
                "auth_postgres_up",
                "1 while PostgreSQL answers, else 0",
                common,
                diagnosis.outage().isPresent() ? 0 : 1);
        diagnosis.postgres().ifPresent(postgres -> postgres(scrape, postgres));
    }

    private void reconciliation(ScrapeBuilder scrape, Reconciliation seen) {
        scrape.gauge(
                "auth_pool_unknown_backends",
                "Backends with the pool's application_name that the pool does not know",
                labels,
                seen.unknownBackends().size());
        scrape.gauge(
                "auth_pool_lost_connections",
                "Connections of the pool whose backend is gone",
                labels,
                seen.lostConnections().size());
    }

    private void postgres(ScrapeBuilder scrape, PostgresSnapshot postgres) {
        ConnectionSlots slots = postgres.slots();
        scrape.gauge("auth_postgres_max_connections", "max_connections", common, slots.maxConnections());
        scrape.gauge(
                "auth_postgres_superuser_reserved_connections",
                "Connections reserved for superusers",
                common,
                slots.superuserReserved());
        scrape.gauge(
                "auth_postgres_reserved_connections",
                "Connections reserved from ordinary roles: superuser_reserved_connections + reserved_connections",
                common,
                slots.superuserReserved() + slots.reserved());
        scrape.gauge("auth_postgres_backends", "Backends by application_name and state", backends(postgres.counts()));
    }

    private Stream<LabelledValue> backends(List<BackendStateCount> counts) {
        Map<Labels, Integer> byLabels = new LinkedHashMap<>();
        List<String> names = counts.stream()
                .sorted(Comparator.comparingInt(BackendStateCount::count).reversed())
                .map(BackendStateCount::application)
                .distinct()
                .limit(MAX_NAMES)
                .toList();
        for (BackendStateCount each : counts) {
            String name = names.contains(each.application()) ? each.application() : OTHERS;
            String state = each.state().isEmpty() ? "unknown" : each.state();
            byLabels.merge(
                    common.merge(Labels.of("application_name", name, "state", state)), each.count(), Integer::sum);
        }
        return byLabels.entrySet().stream().map(each -> new LabelledValue(each.getKey(), each.getValue()));
    }
}
