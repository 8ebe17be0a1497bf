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

    @Describe("One listener of the server")
    record Address(
            @Key @Describe("Name of the listener, for example api")
            String listener,

            @Describe("The actual address, including the bound port")
            String address) {}

    @Describe("Requests of one route with one response status")
    record Answers(
            @Key @Describe("Method and template, for example GET /api/roles, also for HEAD; - if no route matches")
            String route,

            @Key
            @Describe(
                    value = "HTTP status of the response; 499 if the client disconnected or was too slow to read it",
                    unit = "status code")
            int status,

            @Describe(value = "Count since start", unit = "requests")
            long count) {}

    ServerBean(ServerFacts server, Requests requests) {
        this.server = server;
        this.requests = requests;
    }

    @Describe("Version of the server")
    public String getVersion() {
        return server.version();
    }

    @Describe("Version of Java")
    public String getJavaVersion() {
        return Runtime.version().toString();
    }

    @Describe("Instance name; pg_stat_activity shows it after auth/")
    public String getInstance() {
        return server.instance();
    }

    @Describe("Start time, in UTC, for example 2026-11-23T15:34:52.118Z")
    public String getStartTime() {
        return Text.time(server.startedAt());
    }

    @Describe(value = "Time since the start", unit = "milliseconds")
    public long getUptimeMillis() {
        return Duration.between(server.startedAt(), Instant.now()).toMillis();
    }

    @Describe("The server's listeners and their addresses")
    public Table<Address> getAddresses() {
        return new Table<>(server.addresses().entrySet().stream()
                .map(entry -> new Address(entry.getKey(), entry.getValue()))
                .toList());
    }

    @Describe(value = "Requests in flight", unit = "requests")
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
