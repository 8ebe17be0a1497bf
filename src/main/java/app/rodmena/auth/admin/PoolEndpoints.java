package app.rodmena.auth.admin;

import app.rodmena.auth.core.ServerInfo;
import app.rodmena.auth.database.DatabaseAvailability;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.http.QueryParameters;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.metrics.RequestMetrics;
import app.rodmena.auth.metrics.SlowStatements;
import app.rodmena.auth.metrics.SlowStatements.SlowStatement;
import app.rodmena.auth.metrics.TimingStatistics;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.PoolView;
import app.rodmena.auth.pool.QueueOutcomes;
import app.rodmena.auth.pool.event.EventQuery;
import app.rodmena.auth.pool.event.PoolEvents.EventTotals;
import app.rodmena.auth.schema.RecordSchema;
import app.rodmena.auth.security.OperatorSession;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The state of the pool, its connections, waiters, events and history; times of statements and requests. */
record PoolEndpoints(ServerInfo server, DatabaseEngine engine, Metrics metrics) {
    private static final int DEFAULT_EVENT_LIMIT = 200;

    private record Server(String version, String instance, Instant startTime, long uptimeMillis) {}

    private record Operator(String name, String role, boolean mayChange) {}

    private record Pool(
            Instant time,
            Server server,
            Operator operator,
            DatabaseAvailability database,
            PoolView snapshot,
            List<RecordSchema.DescribedValue> numbers,
            PoolSettings settings,
            EventTotals totals,
            QueueOutcomes outcomes,
            TimingStatistics waitTimes,
            TimingStatistics useTimes,
            TimingStatistics creationTimes) {}

    private record Named(String name, TimingStatistics times) {}

    private record Statements(List<Named> times, long timeouts) {}

    /** @param route method and path template; empty if the name stands for several routes */
    private record RouteTimes(String name, String route, TimingStatistics times) {}

    private record RequestsAnswered(int inFlight, List<RequestMetrics.Answers> answers, List<RouteTimes> times) {}

    void addTo(AdminRoutes routes) {
        routes.read("/pool", request -> AdminJson.response(pool(request.session())));
        routes.read(
                "/pool/connections", request -> AdminJson.response(engine.pool().connections()));
        routes.read("/pool/waiters", request -> AdminJson.response(engine.pool().waiters()));
        routes.read("/pool/events", this::events);
        routes.read(
                "/pool/history", request -> AdminJson.response(metrics.history().seconds()));
        routes.read("/statements", request -> AdminJson.response(statements()));
        routes.read("/statements/slow", request -> AdminJson.response(slowStatements()));
        routes.read("/requests", request -> AdminJson.response(requests()));
    }

    private Pool pool(OperatorSession session) {
        Instant now = Instant.now();
        PoolView view = engine.pool().view();
        return new Pool(
                now,
                new Server(
                        server.version(),
                        server.instance(),
                        server.startedAt(),
                        Duration.between(server.startedAt(), now).toMillis()),
                new Operator(
                        session.name(),
                        session.role().wireName(),
                        session.role().mayChange()),
                engine.availability(),
                view,
                RecordSchema.describe(view),
                engine.pool().settings(),
                engine.events().totals(),
                engine.pool().outcomes(),
                metrics.pool().waits(),
                metrics.pool().uses(),
                metrics.pool().creations());
    }

    private Response events(AdminRequest request) {
        QueryParameters parameters = request.parameters(Set.of("kinds", "connection", "from", "to", "limit"));
        EventQuery query = EventQuery.parse(
                parameters.text("kinds").orElse(null),
                parameters.number("connection", 0, Integer.MAX_VALUE).orElse(0),
                parameters.text("from").orElse(null),
                parameters.text("to").orElse(null));
        int limit =
                parameters.number("limit", 1, engine.recentEvents().capacity()).orElse(DEFAULT_EVENT_LIMIT);
        return AdminJson.response(engine.recentEvents().newestFirst().stream()
                .filter(query)
                .limit(limit)
                .toList());
    }

    private Statements statements() {
        return new Statements(
                named(metrics.statements()), metrics.slowStatements().timeouts());
    }

    /** Each statement once: the largest by total time first, then those that are large only by maximum time. */
    private List<SlowStatement> slowStatements() {
        SlowStatements slow = metrics.slowStatements();
        return Stream.concat(slow.byTotal().stream(), slow.byMax().stream())
                .distinct()
                .toList();
    }

    private RequestsAnswered requests() {
        RequestMetrics requests = metrics.requests();
        List<RequestMetrics.Answers> answers = requests.responseCounts();
        Map<String, String> routes = answers.stream()
                .map(RequestMetrics.Answers::route)
                .collect(Collectors.toMap(
                        requests::nameOf, route -> route, (one, other) -> one.equals(other) ? one : ""));
        return new RequestsAnswered(
                requests.inFlight(),
                answers,
                requests.statistics().entrySet().stream()
                        .map(each ->
                                new RouteTimes(each.getKey(), routes.getOrDefault(each.getKey(), ""), each.getValue()))
                        .toList());
    }

    private static List<Named> named(Map<String, TimingStatistics> statistics) {
        return statistics.entrySet().stream()
                .map(each -> new Named(each.getKey(), each.getValue()))
                .toList();
    }
}
