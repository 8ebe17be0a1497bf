package app.rodmena.auth.metrics.prometheus;

import app.rodmena.auth.capacity.Fleet;
import app.rodmena.auth.core.Core;
import app.rodmena.auth.database.activity.BackendStateCount;
import app.rodmena.auth.database.activity.ConnectionSlots;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.Verdict;
import app.rodmena.auth.diagnosis.incident.IncidentCause;
import app.rodmena.auth.metrics.RequestMetrics;
import app.rodmena.auth.metrics.RequestMetrics.RouteTimes;
import app.rodmena.auth.metrics.prometheus.ScrapeBuilder.LabelledTimes;
import app.rodmena.auth.metrics.prometheus.ScrapeBuilder.LabelledValue;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Renders the metrics for a Prometheus scrape. Thread-safe. A scrape takes no connection, sends no query and records
 * nothing.
 */
public final class PrometheusExporter implements AutoCloseable {
    /** The label that popular dashboards filter on; Prometheus itself adds the instance. */
    private static final Labels COMMON = Labels.of("application", "auth");

    private static final Labels POOL = COMMON.add("pool", "auth");

    /** The format without exemplars. */
    public static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    public static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static final int INITIAL_BYTES = 32 * 1024;

    /** The maximum number of application names: clients choose them freely, so the label must be bounded. */
    private static final int MAX_NAMES = 50;

    private static final String OTHERS = "others";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gcMetrics = new JvmGcMetrics();
    private final Core core;
    private final PoolCollector pool;

    /** @param core must stay open until this is closed */
    public PrometheusExporter(Core core) {
        this.core = core;
        pool = new PoolCollector(core.engine(), core.metrics(), POOL, COMMON);
        COMMON.stream().forEach(label -> registry.config().commonTags(label.getName(), label.getValue()));
        // promtool rejects these names: an abbreviated unit, and a suffix reserved for histograms.
        registry.config()
                .meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"))
                .meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
        List<MeterBinder> jvm = List.of(
                new ClassLoaderMetrics(),
                new JvmMemoryMetrics(),
                new JvmThreadMetrics(),
                new JvmInfoMetrics(),
                gcMetrics,
                new ProcessorMetrics(),
                new FileDescriptorMetrics(),
                new UptimeMetrics());
        jvm.forEach(binder -> binder.bindTo(registry));
        registry.getPrometheusRegistry().register(this::collect);
    }

    /**
     * All metrics.
     *
     * @param type {@link #TEXT} or {@link #OPEN_METRICS}
     */
    public byte[] scrape(String type) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(INITIAL_BYTES);
        try {
            registry.scrape(body, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return body.toByteArray();
    }

    @Override
    public void close() {
        gcMetrics.close();
        registry.close();
    }

    private MetricSnapshots collect() {
        ScrapeBuilder builder = new ScrapeBuilder();
        pool.addTo(builder);
        addRequests(builder, core.metrics().requests());
        Diagnosis diagnosis = core.diagnostics().last();
        addDiagnosis(builder, diagnosis);
        diagnosis.postgres().ifPresent(postgres -> addPostgres(builder, postgres));
        builder.counter(
                "auth_pool_incidents",
                "Recorded incidents by cause",
                LabelledValue.each(POOL, "cause", IncidentCause.class, core.incidents()::count));
        core.fleet().latest().ifPresent(latest -> addFleet(builder, latest));
        return builder.all();
    }

    /** The API's requests with Micrometer's names and labels. */
    private static void addRequests(ScrapeBuilder scrape, RequestMetrics requests) {
        scrape.times(
                "http_server_requests_seconds",
                "Time from a request's arrival to its response, by route and status",
                requests.responseTimes().stream().map(each -> new LabelledTimes(labels(each), each.times())));
        scrape.gauge("auth_http_requests_in_flight", "Requests in flight", COMMON, requests.inFlight());
    }

    private static Labels labels(RouteTimes each) {
        int space = each.route().indexOf(' ');
        return COMMON.merge(Labels.of(
                "method",
                space < 0 ? "UNKNOWN" : each.route().substring(0, space),
                "uri",
                space < 0 ? "UNKNOWN" : each.route().substring(space + 1),
                "status",
                Integer.toString(each.status()),
                "outcome",
                outcome(each.status())));
    }

    private static String outcome(int status) {
        return switch (status / 100) {
            case 1 -> "INFORMATIONAL";
            case 2 -> "SUCCESS";
            case 3 -> "REDIRECTION";
            case 4 -> "CLIENT_ERROR";
            default -> "SERVER_ERROR";
        };
    }

    private static void addDiagnosis(ScrapeBuilder scrape, Diagnosis diagnosis) {
        scrape.gauge(
                "auth_pool_situation",
                "The pool's situation: 1 for the current one, 0 for the others",
                LabelledValue.each(POOL, "situation", Situation.class, each -> each == diagnosis.situation() ? 1 : 0));
        Map<Verdict, Integer> verdicts = diagnosis.verdicts();
        scrape.gauge(
                "auth_pool_holders",
                "Checked-out connections by verdict",
                LabelledValue.each(POOL, "verdict", Verdict.class, each -> verdicts.getOrDefault(each, 0)));
        scrape.gauge(
                "auth_pool_unknown_backends",
                "Backends with the pool's application_name that the pool does not know",
                POOL,
                diagnosis.reconciliation().unknownBackends().size());
        scrape.gauge(
                "auth_pool_lost_connections",
                "Connections of the pool whose backend is gone",
                POOL,
                diagnosis.reconciliation().lostConnections().size());
        scrape.gauge(
                "auth_postgres_up",
                "1 while PostgreSQL answers, else 0",
                COMMON,
                diagnosis.outage().isPresent() ? 0 : 1);
    }

    private static void addPostgres(ScrapeBuilder scrape, PostgresSnapshot postgres) {
        ConnectionSlots slots = postgres.slots();
        scrape.gauge("auth_postgres_max_connections", "max_connections", COMMON, slots.maxConnections());
        scrape.gauge(
                "auth_postgres_superuser_reserved_connections",
                "Connections reserved for superusers",
                COMMON,
                slots.superuserReserved());
        scrape.gauge(
                "auth_postgres_reserved_connections",
                "Connections reserved from ordinary roles: superuser_reserved_connections + reserved_connections",
                COMMON,
                slots.superuserReserved() + slots.reserved());
        scrape.gauge("auth_postgres_backends", "Backends by application_name and state", backends(postgres.counts()));
    }

    private static Stream<LabelledValue> backends(List<BackendStateCount> counts) {
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
                    COMMON.merge(Labels.of("application_name", name, "state", state)), each.count(), Integer::sum);
        }
        return byLabels.entrySet().stream().map(each -> new LabelledValue(each.getKey(), each.getValue()));
    }

    private static void addFleet(ScrapeBuilder scrape, Fleet fleet) {
        scrape.gauge("auth_pool_fleet_instances", "Processes in the fleet", COMMON, fleet.processes());
        scrape.gauge("auth_pool_fleet_connections", "Open connections of the fleet", COMMON, fleet.open());
        scrape.gauge("auth_pool_fleet_committed", "Maximum connections of the fleet", COMMON, fleet.committed());
        scrape.gauge(
                "auth_pool_fleet_budget",
                "Connections that PostgreSQL allows the fleet: its tightest limit minus reserved and other connections",
                COMMON,
                fleet.limits().tightest().room());
    }
}
