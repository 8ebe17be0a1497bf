package app.rodmena.auth.database;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The configuration of an engine.
 *
 * @param target the database to connect to
 * @param pool the settings of its pool
 * @param instance this process's name in PostgreSQL's application_name; {@link #INSTANCE_RULE}
 */
public record DatabaseConfig(DatabaseTarget target, PoolSettings pool, String instance) {
    /**
     * The rule of {@link #isValidInstance}, for messages. PostgreSQL truncates application_name to 63 bytes, and quotes
     * would have to be escaped in every tool that shows the name.
     */
    public static final String INSTANCE_RULE = "must be 1 to 40 of the characters A-Z a-z 0-9 _ . -";

    private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

    public DatabaseConfig {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(pool, "pool");
        requireInstance(instance);
    }

    /** Whether the name is a valid instance name. */
    public static boolean isValidInstance(String name) {
        return INSTANCE.matcher(name).matches();
    }

    /**
     * Validates an instance name and returns it.
     *
     * @throws IllegalArgumentException if it is invalid
     */
    public static void requireInstance(String name) {
        if (!isValidInstance(name)) {
            throw new IllegalArgumentException("instance: '%s'; %s".formatted(name, INSTANCE_RULE));
        }
    }
}
