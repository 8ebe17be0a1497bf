package app.rodmena.auth.metrics.health;

import app.rodmena.auth.common.WireNamed;
import app.rodmena.auth.database.DatabaseAvailability;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.schema.RecordSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The health checks of this process and its database. Reads only state in memory: never blocks, never queries the
 * database and never takes a connection. Thread-safe.
 */
public final class Health {
    private static final String HEALTHY = "healthy";

    private final Supplier<PoolSnapshot> pool;
    private final Supplier<DatabaseAvailability> database;
    private volatile Phase phase = Phase.STARTING;

    private enum Phase implements WireNamed {
        STARTING,
        RUNNING,
        STOPPING
    }

    /** The status of a check or of a report. */
    public enum Status {
        UP,
        DOWN;

        private static Status upIf(boolean isUp) {
            return isUp ? UP : DOWN;
        }
    }

    /**
     * One check.
     *
     * @param data details: strings, numbers, booleans and instants, without secrets
     */
    public record Check(String name, Status status, Map<String, Object> data) {}

    /**
     * The response to a health probe.
     *
     * @param status UP only if all checks are UP
     */
    public record HealthReport(Status status, List<Check> checks) {
        private static HealthReport of(Check... checks) {
            List<Check> all = List.of(checks);
            return new HealthReport(Status.upIf(all.stream().allMatch(check -> check.status == Status.UP)), all);
        }

        public boolean up() {
            return status == Status.UP;
        }
    }

    /**
     * The state of the database and of its pool.
     *
     * @param status {@code healthy} or {@code unhealthy}
     * @param database the pool's numbers at one instant, present for any status
     */
    public record DatabaseHealth(String status, Map<String, Object> database) {
        public boolean healthy() {
            return status.equals(HEALTHY);
        }
    }

    public Health(DatabaseEngine engine) {
        this(engine.pool()::snapshot, engine::availability);
    }

    Health(Supplier<PoolSnapshot> pool, Supplier<DatabaseAvailability> database) {
        this.pool = Objects.requireNonNull(pool, "pool");
        this.database = Objects.requireNonNull(database, "database");
    }

    /** Marks the start as complete: the process accepts requests. */
    public synchronized void markRunning() {
        if (phase == Phase.STARTING) {
            phase = Phase.RUNNING;
        }
    }

    /** Marks the process as shutting down, permanently: it is no longer ready. */
    public synchronized void markStopping() {
        phase = Phase.STOPPING;
    }

    /** Returns whether the database answers, and the pool's numbers at one instant. */
    public DatabaseHealth database() {
        return new DatabaseHealth(
                database.get().reachable() ? HEALTHY : "unhealthy",
                RecordSchema.values(
                        pool.get(), "pool_size", "checked_out", "available", "overflow", "total_connections"));
    }

    /** Liveness: UP while the process runs. An outage of the database is no reason to restart it. */
    public HealthReport live() {
        return HealthReport.of(new Check("process", Status.UP, Map.of()));
    }

    /** Readiness: whether the process can answer requests now. */
    public HealthReport ready() {
        return HealthReport.of(server(phase == Phase.RUNNING), database(database.get()), pool(pool.get()));
    }

    /** Startup: whether the start is complete; stays UP afterwards. */
    public HealthReport started() {
        return HealthReport.of(server(phase != Phase.STARTING));
    }

    private Check server(boolean up) {
        return new Check("server", Status.upIf(up), Map.of("phase", phase.wireName()));
    }

    /** The check of the pool, with more data than {@code /health}. An exhausted pool does not fail it. */
    private static Check pool(PoolSnapshot pool) {
        return new Check("pool", Status.UP, RecordSchema.values(pool, "pool_size", "max_overflow", "waiting"));
    }

    private static Check database(DatabaseAvailability availability) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("reachable", availability.reachable());
        data.put("migrated", availability.migrated());
        if (!availability.problem().isEmpty()) {
            data.put("problem", availability.problem());
        }
        if (!availability.failover().isEmpty()) {
            data.put("failover", availability.failover());
        }
        data.put("since", availability.since());
        return new Check("database", Status.upIf(availability.ready()), data);
    }
}
