package app.rodmena.auth.metrics.health;

import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.schema.RecordSchema;
import java.util.Map;

/**
 * The state of the database and of its pool.
 *
 * @param status {@code healthy} or {@code unhealthy}
 * @param database the pool's numbers at one instant, present for any status
 */
public record DatabaseHealth(String status, Map<String, Object> database) {
    private static final String HEALTHY = "healthy";

    static DatabaseHealth of(boolean reachable, PoolSnapshot pool) {
        return new DatabaseHealth(
                reachable ? HEALTHY : "unhealthy",
                RecordSchema.values(pool, "pool_size", "checked_out", "available", "overflow", "total_connections"));
    }

    public boolean healthy() {
        return status.equals(HEALTHY);
    }
}
