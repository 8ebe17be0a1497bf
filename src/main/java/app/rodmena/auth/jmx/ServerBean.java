package app.rodmena.auth.jmx;

import app.rodmena.auth.core.ServerInfo;
import app.rodmena.auth.jmx.mapping.OpenMapping.Table;
import app.rodmena.auth.metrics.RequestMetrics;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.WireFormat;
import java.time.Duration;
import java.time.Instant;

@Description("The server: version, addresses, answered requests")
record ServerBean(ServerInfo server, RequestMetrics requests) {
    @Description("One listener of the server")
    record Address(
            @Description(key = true, value = "Name of the listener, for example api")
            String listener,

            @Description("The actual address, including the bound port")
            String address) {}

    @Description("Version of the server")
    public String getVersion() {
        return server.version();
    }

    @Description("Version of Java")
    public String getJavaVersion() {
        return Runtime.version().toString();
    }

    @Description("Instance name; pg_stat_activity shows it after auth/")
    public String getInstance() {
        return server.instance();
    }

    @Description("Start time, in UTC, for example 2026-11-23T15:34:52.118Z")
    public String getStartTime() {
        return WireFormat.time(server.startedAt());
    }

    @Description(value = "Time since the start", unit = "milliseconds")
    public long getUptimeMillis() {
        return Duration.between(server.startedAt(), Instant.now()).toMillis();
    }

    @Description("The server's listeners and their addresses")
    public Table<Address> getAddresses() {
        return new Table<>(server.addresses().get().entrySet().stream()
                .map(entry -> new Address(entry.getKey(), entry.getValue()))
                .toList());
    }

    @Description(value = "Requests in flight", unit = "requests")
    public int getRequestsInFlight() {
        return server.inFlight().getAsInt();
    }

    @Description(value = "Requests answered since start, by all servers of this process", unit = "requests")
    public long getRequestsAnswered() {
        return requests.responseCounts().stream()
                .mapToLong(RequestMetrics.Answers::count)
                .sum();
    }

    @Description("Requests answered since start by route and status, by all servers of this process")
    public Table<RequestMetrics.Answers> getRequests() {
        return new Table<>(requests.responseCounts());
    }
}
