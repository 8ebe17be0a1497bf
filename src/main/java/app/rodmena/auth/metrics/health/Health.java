package app.rodmena.auth.metrics.health;

import app.rodmena.auth.common.WireNamed;
import app.rodmena.auth.database.DatabaseAvailability;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.metrics.health.HealthReport.Check;
import app.rodmena.auth.metrics.health.HealthReport.Status;
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
    private enum Phase implements WireNamed {
        STARTING,
        RUNNING,
        STOPPING
    }

    private final Supplier<PoolSnapshot> pool;
    private final Supplier<DatabaseAvailability> database;
    private volatile Phase phase = Phase.STARTING;

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
        return DatabaseHealth.of(database.get().reachable(), pool.get());
    }

    /** Liveness: UP while the process runs. An outage of the database is no reason to restart it. */
    public HealthReport live() {
        return HealthReport.of(List.of(new Check("process", Status.UP, Map.of())));
    }

    /** Readiness: whether the process can answer requests now. */
    public HealthReport ready() {
        return HealthReport.of(List.of(server(phase == Phase.RUNNING), database(database.get()), pool(pool.get())));
    }

    /** Startup: whether the start is complete; stays UP afterwards. */
    public HealthReport started() {
        return HealthReport.of(List.of(server(phase != Phase.STARTING)));
    }

    private Check server(boolean up) {
        return new Check("server", Status.upIf(up), Map.of("phase", phase.wireName()));
    }

    /** The check of the pool, with more data than {@code /health}. An exhausted pool does not fail it. */
    private static Check pool(PoolSnapshot availability) {
        return new Check("pool", Status.UP, RecordSchema.values(availability, "pool_size", "max_overflow", "waiting"));
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
