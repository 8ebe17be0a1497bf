package app.rodmena.auth.metrics.prometheus;

import app.rodmena.auth.capacity.Fleet;
import app.rodmena.auth.common.WireNamed;
import app.rodmena.auth.core.Core;
import app.rodmena.auth.database.FailureKind;
import app.rodmena.auth.database.activity.ConnectionSlots;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.database.activity.PostgresSnapshot.BackendStateCount;
import app.rodmena.auth.diagnosis.Diagnosis;
import app.rodmena.auth.diagnosis.Situation;
import app.rodmena.auth.diagnosis.Verdict;
import app.rodmena.auth.diagnosis.incident.IncidentCause;
import app.rodmena.auth.metrics.Distribution;
import app.rodmena.auth.metrics.PoolTimes;
import app.rodmena.auth.metrics.RequestMetrics;
import app.rodmena.auth.metrics.RequestMetrics.RouteTimes;
import app.rodmena.auth.metrics.TimingRecorder;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.pool.QueueOutcomes;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.pool.event.PoolEvents;
import app.rodmena.auth.schema.RecordSchema;
import io.micrometer.core.instrument.binder.http.Outcome;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Collects the metrics of one scrape. The pool's have Micrometer's names for HikariCP, names with {@code auth_pool_}
 * where it has none, and beside them the names of OpenTelemetry's semantic conventions, as its exporters for Prometheus
 * write them. Not thread-safe.
 */
final class ScrapeBuilder {
    private static final Labels COMMON = PrometheusExporter.COMMON;
    private static final Labels POOL = COMMON.add("pool", "auth");
    private static final String OPEN_TELEMETRY = "db_client_connection_";
    private static final Labels OPEN_TELEMETRY_POOL = COMMON.add(OPEN_TELEMETRY + "pool_name", "auth");

    /** The maximum number of application names: clients choose them freely, so the label must be bounded. */
    private static final int MAX_NAMES = 50;

    private static final String OTHERS = "others";

    private static final double[] UPPER_BOUNDS = DoubleStream.concat(
                    Distribution.BOUNDS.stream().mapToDouble(ScrapeBuilder::seconds),
                    DoubleStream.of(Double.POSITIVE_INFINITY))
            .toArray();

    private final Core core;
    private final List<MetricSnapshot> metrics = new ArrayList<>();

    /** A value and its labels. */
    record LabelledValue(Labels labels, Number value) {
        /** A value for each constant of an enum, whose name is a further label. */
        static <E extends Enum<E>> Stream<LabelledValue> each(
                Labels labels, String label, Class<E> type, Function<E, Number> value) {
            return Arrays.stream(type.getEnumConstants()).map(constant -> {
                String name = constant instanceof WireNamed named ? named.wireName() : constant.name();
                return new LabelledValue(labels.add(label, name), value.apply(constant));
            });
        }
    }

    ScrapeBuilder(Core core) {
        this.core = core;
    }

    MetricSnapshots build() {
        PoolView view = core.engine().pool().view();
        gauges(view);
        openTelemetryGauges(view);
        times(core.metrics().pool());
        events(core.engine().events());
        addRequests(core.metrics().requests());
        Diagnosis diagnosis = core.diagnostics().last();
        addDiagnosis(diagnosis);
        diagnosis.postgres().ifPresent(this::addPostgres);
        counter(
                "auth_pool_incidents",
                "Recorded incidents by cause",
                LabelledValue.each(POOL, "cause", IncidentCause.class, core.incidents()::count));
        core.fleet().latest().ifPresent(this::addFleet);
        return new MetricSnapshots(metrics);
    }

    private void gauges(PoolView view) {
        for (RecordSchema.Field field : RecordSchema.of(PoolView.class).fields()) {
            if (field.isNumeric()) {
                field.prometheusNames("auth_pool_")
                        .forEach(name -> gauge(name, field.description(), POOL, number(field, view)));
            }
        }
    }

    /** The states of a number are values of one metric. */
    private void openTelemetryGauges(PoolView view) {
        Map<String, List<RecordSchema.Field>> byName = RecordSchema.of(PoolView.class).fields().stream()
                .filter(field -> !field.openTelemetryName().isEmpty())
                .collect(Collectors.groupingBy(
                        RecordSchema.Field::openTelemetryName, LinkedHashMap::new, Collectors.toList()));
        byName.forEach((name, fields) -> gauge(
                name.replace('.', '_'),
                fields.stream().map(RecordSchema.Field::description).collect(Collectors.joining("; ")),
                fields.stream().map(field -> new LabelledValue(openTelemetryLabels(field), number(field, view)))));
    }

    private Labels openTelemetryLabels(RecordSchema.Field field) {
        String state = field.metricName().openTelemetryState();
        return state.isEmpty() ? OPEN_TELEMETRY_POOL : OPEN_TELEMETRY_POOL.add(OPEN_TELEMETRY + "state", state);
    }

    private static double number(RecordSchema.Field field, PoolView view) {
        Object value = field.of(view);
        if (value instanceof Boolean flag) {
            return flag ? 1 : 0;
        }
        double number = ((Number) value).doubleValue();
        return field.unit().equals("milliseconds") ? number / 1_000 : number;
    }

    private void times(PoolTimes times) {
        times(
                "acquire",
                "wait",
                "Wait from arrival to a connection or to the failure; for a batch, its longest wait",
                times.waitRecorder());
        times("usage", "use", "Time from checkout to checkin", times.useRecorder());
        times("creation", "create", "Time to open a connection", times.creationRecorder());
        long timeouts = core.engine().events().count(PoolEventKind.TIMEOUT);
        String help = "Waits that ended without a connection";
        counter("hikaricp_connections_timeout", help, POOL, timeouts);
        counter(OPEN_TELEMETRY + "timeouts", help, OPEN_TELEMETRY_POOL, timeouts);
    }

    private void times(String name, String openTelemetryName, String help, TimingRecorder recorder) {
        String metric = "hikaricp_connections_" + name + "_seconds";
        Distribution sinceStart = recorder.sinceStart();
        times(metric, help, Stream.of(point(POOL, sinceStart)));
        times(
                OPEN_TELEMETRY + openTelemetryName + "_time_seconds",
                help,
                Stream.of(point(OPEN_TELEMETRY_POOL, sinceStart)));
        gauge(
                metric + "_max",
                "Maximum of the last minute",
                POOL,
                seconds(recorder.statistics().max()));
    }

    private void events(PoolEvents events) {
        counter(
                "auth_pool_events",
                "The pool's events by kind",
                LabelledValue.each(POOL, "kind", PoolEventKind.class, events::count));
        QueueOutcomes outcomes = core.engine().pool().outcomes();
        counter("auth_pool_arrivals", "Callers that requested a connection", POOL, outcomes.arrivals());
        counter(
                "auth_pool_outcomes",
                "Callers by outcome; with those that wait or have a connection, all arrivals",
                Stream.of(
                        outcome("served", outcomes.served()),
                        outcome("timeout", outcomes.timeouts()),
                        outcome("deadline", outcomes.deadlines()),
                        outcome("cancelled", outcomes.cancelled()),
                        outcome("rejected", outcomes.rejected()),
                        outcome("displaced", outcomes.displaced()),
                        outcome("shed", outcomes.shed()),
                        outcome("unavailable", outcomes.unavailable())));
        counter(
                "auth_pool_failures",
                "Failed requests and attempts to connect by kind",
                LabelledValue.each(
                        POOL, "kind", FailureKind.class, core.engine().recentFailures()::total));
        counter(
                "auth_pool_callers_served",
                "Callers that were served, alone or in a batch",
                POOL,
                events.callersServed());
        counter(
                "auth_pool_listener_failures",
                "Failures of listeners to the pool's events",
                POOL,
                events.listenerFailures());
        // The ends of leaks are read before their starts, so that the difference is never negative.
        long ended = events.count(PoolEventKind.LEAK_RETURNED) + events.count(PoolEventKind.LEAK_RECLAIMED);
        gauge(
                "auth_pool_leaks",
                "Connections checked out for longer than leak_threshold",
                POOL,
                events.count(PoolEventKind.LEAK_SUSPECTED) - ended);
    }

    private LabelledValue outcome(String name, long count) {
        return new LabelledValue(POOL.add("outcome", name), count);
    }

    /** The API's requests with Micrometer's names and labels. */
    private void addRequests(RequestMetrics requests) {
        times(
                "http_server_requests_seconds",
                "Time from a request's arrival to its response, by route and status",
                requests.responseTimes().stream().map(each -> point(labels(each), each.times())));
        gauge("auth_http_requests_in_flight", "Requests in flight", COMMON, requests.inFlight());
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
                Outcome.forStatus(each.status()).name()));
    }

    private void addDiagnosis(Diagnosis diagnosis) {
        gauge(
                "auth_pool_situation",
                "The pool's situation: 1 for the current one, 0 for the others",
                LabelledValue.each(POOL, "situation", Situation.class, each -> each == diagnosis.situation() ? 1 : 0));
        Map<Verdict, Integer> verdicts = diagnosis.verdicts();
        gauge(
                "auth_pool_holders",
                "Checked-out connections by verdict",
                LabelledValue.each(POOL, "verdict", Verdict.class, each -> verdicts.getOrDefault(each, 0)));
        gauge(
                "auth_pool_unknown_backends",
                "Backends with the pool's application_name that the pool does not know",
                POOL,
                diagnosis.reconciliation().unknownBackends().size());
        gauge(
                "auth_pool_lost_connections",
                "Connections of the pool whose backend is gone",
                POOL,
                diagnosis.reconciliation().lostConnections().size());
        gauge(
                "auth_postgres_up",
                "1 while PostgreSQL answers, else 0",
                COMMON,
                diagnosis.outage().isPresent() ? 0 : 1);
    }

    private void addPostgres(PostgresSnapshot postgres) {
        ConnectionSlots slots = postgres.slots();
        gauge("auth_postgres_max_connections", "max_connections", COMMON, slots.maxConnections());
        gauge(
                "auth_postgres_superuser_reserved_connections",
                "Connections reserved for superusers",
                COMMON,
                slots.superuserReserved());
        gauge(
                "auth_postgres_reserved_connections",
                "Connections reserved from ordinary roles: superuser_reserved_connections + reserved_connections",
                COMMON,
                slots.allReserved());
        gauge("auth_postgres_backends", "Backends by application_name and state", backends(postgres.counts()));
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

    private void addFleet(Fleet fleet) {
        gauge("auth_pool_fleet_instances", "Processes in the fleet", COMMON, fleet.processes());
        gauge("auth_pool_fleet_connections", "Open connections of the fleet", COMMON, fleet.open());
        gauge("auth_pool_fleet_committed", "Maximum connections of the fleet", COMMON, fleet.committed());
        gauge(
                "auth_pool_fleet_budget",
                "Connections that PostgreSQL allows the fleet: its tightest limit minus reserved and other connections",
                COMMON,
                fleet.limits().tightest().room());
    }

    void gauge(String name, String help, Labels labels, Number value) {
        gauge(name, help, Stream.of(new LabelledValue(labels, value)));
    }

    void gauge(String name, String help, Stream<LabelledValue> values) {
        metrics.add(new GaugeSnapshot(
                new MetricMetadata(name, help),
                values.map(each -> new GaugeDataPointSnapshot(each.value().doubleValue(), each.labels(), null))
                        .toList()));
    }

    /** Adds a counter; {@code _total} is appended to its name. */
    void counter(String name, String help, Labels labels, Number value) {
        counter(name, help, Stream.of(new LabelledValue(labels, value)));
    }

    void counter(String name, String help, Stream<LabelledValue> values) {
        metrics.add(new CounterSnapshot(
                new MetricMetadata(name, help),
                values.map(each -> new CounterDataPointSnapshot(each.value().doubleValue(), each.labels(), null, 0))
                        .toList()));
    }

    /** Adds histograms of durations, in seconds. */
    void times(String name, String help, Stream<HistogramDataPointSnapshot> distributions) {
        metrics.add(new HistogramSnapshot(new MetricMetadata(name, help), distributions.toList()));
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static HistogramDataPointSnapshot point(Labels labels, Distribution times) {
        Number[] counts = times.counts().toArray(Number[]::new);
        return new HistogramDataPointSnapshot(
                ClassicHistogramBuckets.of(UPPER_BOUNDS, counts), seconds(times.sum()), labels, null, 0);
    }
}
