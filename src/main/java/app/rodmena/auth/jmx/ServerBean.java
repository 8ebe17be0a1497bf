package app.rodmena.auth.jmx;

import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Key;
import app.rodmena.auth.mbean.Table;
import app.rodmena.auth.metrics.Requests;
import app.rodmena.auth.views.Text;
import java.time.Duration;
import java.time.Instant;

@Describe("The server: version, addresses, answered requests")
final class ServerBean {
    private final ServerFacts server;
    private final Requests requests;

    @Describe("Where the server listens")
    record Address(
            @Key @Describe("What listens there, as api") String listener,

            @Describe("The address it really has") String address) {}

    @Describe("Requests of one route that were answered with one status")
    record Answers(
            @Key @Describe("Method and template, as GET /api/roles, also for HEAD; - for what no route takes")
            String route,

            @Key
            @Describe(
                    value =
                            "HTTP status they were answered with; 499 if the client was gone, or too slow to read, before",
                    unit = "status code")
            int status,

            @Describe(value = "How many since start", unit = "requests")
            long count) {}

    ServerBean(ServerFacts server, Requests requests) {
        this.server = server;
        this.requests = requests;
    }

    @Describe("Version of the server")
    public String getVersion() {
        return server.version();
    }

    @Describe("Version of Java it runs on")
    public String getJavaVersion() {
        return Runtime.version().toString();
    }

    @Describe("Its name in pg_stat_activity, after auth/")
    public String getInstance() {
        return server.instance();
    }

    @Describe("When it started, in UTC, as 2026-11-23T15:34:52.118Z")
    public String getStartTime() {
        return Text.time(server.startedAt());
    }

    @Describe(value = "How long ago that was", unit = "milliseconds")
    public long getUptimeMillis() {
        return Duration.between(server.startedAt(), Instant.now()).toMillis();
    }

    @Describe("Where it listens")
    public Table<Address> getAddresses() {
        return new Table<>(server.addresses().entrySet().stream()
                .map(entry -> new Address(entry.getKey(), entry.getValue()))
                .toList());
    }

    @Describe(value = "Requests that are being answered now", unit = "requests")
    public int getRequestsInFlight() {
        return server.inFlight();
    }

    @Describe(value = "Requests answered since start, by all servers of this process", unit = "requests")
    public long getRequestsAnswered() {
        return requests.answers().stream().mapToLong(Requests.Answers::count).sum();
    }

    @Describe("Requests answered since start by route and status, by all servers of this process")
    public Table<Answers> getRequests() {
        return new Table<>(requests.answers().stream()
                .map(each -> new Answers(each.route(), each.status(), each.count()))
                .toList());
    }
}
