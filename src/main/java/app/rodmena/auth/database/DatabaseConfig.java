package app.rodmena.auth.database;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import java.util.Objects;

/**
 * The configuration of an engine.
 *
 * @param instance this process's name in PostgreSQL's application_name; see {@link ApplicationName#requireInstance}
 */
public record DatabaseConfig(DatabaseTarget target, PoolSettings pool, String instance) {
    public DatabaseConfig {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(pool, "pool");
        ApplicationName.requireInstance(instance);
    }
}
