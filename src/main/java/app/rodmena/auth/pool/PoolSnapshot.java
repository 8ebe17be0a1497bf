package app.rodmena.auth.pool;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.MetricName;

@Description("The pool's numbers at one instant")
public record PoolSnapshot(
        @Description(value = "pool_size as configured", unit = "connections")
        @MetricName(
                prometheus = {"hikaricp_connections_min", "auth_pool_size"},
                registry = "size")
        int poolSize,

        @Description(value = "max_overflow as configured", unit = "connections")
        int maxOverflow,

        @Description(value = "In use now", unit = "connections")
        @MetricName(
                prometheus = "hikaricp_connections_active",
                openTelemetry = "db.client.connection.count",
                openTelemetryState = "used")
        int checkedOut,

        @Description(value = "Physically open now, in use or idle", unit = "connections")
        @MetricName(prometheus = "hikaricp_connections", registry = "connections")
        int totalConnections,

        @Description(value = "Callers waiting for a connection", unit = "callers")
        @MetricName(
                prometheus = {"hikaricp_connections_pending", "auth_pool_waiting"},
                openTelemetry = "db.client.connection.pending_requests")
        int waiting) {
    @Description(value = "Available without overflow: pool_size - checked_out", unit = "connections")
    public int available() {
        return Math.max(0, poolSize - checkedOut);
    }

    @Description(value = "Open beyond pool_size", unit = "connections")
    public int overflow() {
        return Math.max(0, totalConnections - poolSize);
    }

    @Description(value = "Open and not in use", unit = "connections")
    @MetricName(
            prometheus = "hikaricp_connections_idle",
            openTelemetry = "db.client.connection.count",
            openTelemetryState = "idle")
    public int idle() {
        return totalConnections - checkedOut;
    }

    @Description(value = "Maximum of the open connections: pool_size + max_overflow", unit = "connections")
    @MetricName(prometheus = "hikaricp_connections_max", openTelemetry = "db.client.connection.max")
    public int maximum() {
        return poolSize + maxOverflow;
    }

    @Description(value = "Share of the maximum in use: checked_out / (pool_size + max_overflow)", unit = "0 to 1")
    public double utilisation() {
        return (double) checkedOut / maximum();
    }
}
