package app.rodmena.auth.metrics.prometheus;

import app.rodmena.auth.capacity.Fleet;
import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.core.Core;
import app.rodmena.auth.diagnosis.incident.IncidentCause;
import app.rodmena.auth.diagnosis.incident.Incidents;
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
import java.util.Arrays;
import java.util.List;

/**
 * Renders the metrics for a Prometheus scrape. Thread-safe. A scrape takes no connection, sends no query and records
 * nothing.
 */
public final class PrometheusExporter implements AutoCloseable {
    /** The label that popular dashboards filter on; Prometheus itself adds the instance. */
    private static final Labels COMMON = Labels.of("application", "auth");

    /** The format without exemplars. */
    public static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    public static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static final int INITIAL_BYTES = 32 * 1024;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gcMetrics = new JvmGcMetrics();
    private final PoolCollector pool;
    private final RequestMetrics requests;
    private final DiagnosisCollector diagnosis;
    private final Incidents incidents;
    private final FleetWatch fleet;

    /** @param core must stay open until this is closed */
    public PrometheusExporter(Core core) {
        pool = new PoolCollector(core.engine(), core.metrics(), COMMON);
        requests = core.metrics().requests();
        diagnosis = new DiagnosisCollector(core.diagnostics(), COMMON);
        incidents = core.incidents();
        fleet = core.fleet();
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
        addRequests(builder);
        diagnosis.addTo(builder);
        addIncidents(builder);
        fleet.latest().ifPresent(latest -> addFleet(builder, latest));
        return builder.all();
    }

    /** The API's requests with Micrometer's names and labels. */
    private void addRequests(ScrapeBuilder scrape) {
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

    private void addIncidents(ScrapeBuilder scrape) {
        Labels labels = COMMON.add("pool", "auth");
        scrape.counter(
                "auth_pool_incidents",
                "Recorded incidents by cause",
                Arrays.stream(IncidentCause.values())
                        .map(cause -> new LabelledValue(labels.add("cause", cause.name()), incidents.count(cause))));
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
