package app.rodmena.auth.health;

import app.rodmena.auth.database.Availability;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.health.HealthReport.Check;
import app.rodmena.auth.health.HealthReport.Status;
import app.rodmena.auth.pool.PoolSnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Whether this process and its database are well. Thread-safe. Every answer is put together from what is known already:
 * nothing here waits, asks the database or takes a connection.
 */
public final class Health {
    private enum Phase {
        STARTING,
        RUNNING,
        STOPPING
    }

    private final Supplier<PoolSnapshot> pool;
    private final Supplier<Availability> database;
    private volatile Phase phase = Phase.STARTING;

    public Health(DatabaseEngine engine) {
        this(engine::snapshot, engine::availability);
    }

    Health(Supplier<PoolSnapshot> pool, Supplier<Availability> database) {
        this.pool = Objects.requireNonNull(pool, "pool");
        this.database = Objects.requireNonNull(database, "database");
    }

    /** Start-up is over: requests are answered. */
    public synchronized void markRunning() {
        if (phase == Phase.STARTING) {
            phase = Phase.RUNNING;
        }
    }

    /** Shutdown has begun, and there is no way back: from now on this process is not ready. */
    public synchronized void markStopping() {
        phase = Phase.STOPPING;
    }

    /** Whether the database answers, and the pool in five numbers of one instant. */
    public DatabaseHealth database() {
        return DatabaseHealth.of(database.get().reachable(), pool.get());
    }

    /** Whether the process itself is alive; a database that is gone is no reason to restart it. */
    public HealthReport live() {
        return HealthReport.of(List.of(new Check("process", Status.UP, Map.of())));
    }

    /** Whether requests should be sent here now. */
    public HealthReport ready() {
        return HealthReport.of(List.of(server(phase == Phase.RUNNING), database(database.get()), pool(pool.get())));
    }

    /** Whether start-up is over; stays so. */
    public HealthReport started() {
        return HealthReport.of(List.of(server(phase != Phase.STARTING)));
    }

    private Check server(boolean well) {
        String now = switch (phase) {
            case STARTING -> "starting";
            case RUNNING -> "running";
            case STOPPING -> "stopping";
        };
        return new Check("server", Status.upIf(well), Map.of("phase", now));
    }

    /** What {@code /health} has no place for. A pool that is exhausted is no reason to send requests elsewhere. */
    private static Check pool(PoolSnapshot seen) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("pool_size", seen.poolSize());
        data.put("max_overflow", seen.maxOverflow());
        data.put("waiting", seen.waiting());
        return new Check("pool", Status.UP, data);
    }

    private static Check database(Availability seen) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("reachable", seen.reachable());
        data.put("migrated", seen.migrated());
        if (!seen.problem().isEmpty()) {
            data.put("problem", seen.problem());
        }
        data.put("since", seen.since());
        return new Check("database", Status.upIf(seen.ready()), data);
    }
}
