package app.rodmena.auth.database;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What one engine is made of.
 *
 * @param target the database
 * @param pool how its pool behaves
 * @param instance this process's name in PostgreSQL's application_name, {@code [A-Za-z0-9_.-]{1,40}}
 */
public record DatabaseConfig(DatabaseTarget target, PoolSettings pool, String instance) {
    private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

    public DatabaseConfig {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(pool, "pool");
        if (!INSTANCE.matcher(instance).matches()) {
            throw new IllegalArgumentException("instance: '%s'; must match %s".formatted(instance, INSTANCE));
        }
    }
}
