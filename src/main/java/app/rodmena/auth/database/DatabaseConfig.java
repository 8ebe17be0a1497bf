package app.rodmena.auth.database;

import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The configuration of an engine.
 *
 * @param instance this process's name in PostgreSQL's application_name; see {@link #requireInstance}
 */
public record DatabaseConfig(DatabaseTarget target, PoolSettings pool, String instance) {
    /**
     * PostgreSQL truncates application_name to 63 bytes, and quotes would have to be escaped in every tool that shows
     * the name.
     */
    private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

    public DatabaseConfig {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(pool, "pool");
        requireInstance(instance);
    }

    /** Throws an {@link InvalidSettingException} if the instance name is invalid. */
    public static void requireInstance(String name) {
        InvalidSettingException.require(
                INSTANCE.matcher(name).matches(),
                "instance",
                "'" + name + "'",
                "must be 1 to 40 of the characters A-Z a-z 0-9 _ . -");
    }
}
