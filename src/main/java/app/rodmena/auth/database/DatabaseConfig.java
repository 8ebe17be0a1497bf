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
 * @param instance this process's name in PostgreSQL's application_name; {@link #INSTANCE_RULE}
 */
public record DatabaseConfig(DatabaseTarget target, PoolSettings pool, String instance) {
    /** What {@link #isInstance} asks for: PostgreSQL cuts names at 63 bytes, and quotes leak into every tool. */
    public static final String INSTANCE_RULE = "must be 1 to 40 of the characters A-Z a-z 0-9 _ . -";

    private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

    public DatabaseConfig {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(pool, "pool");
        requireInstance(instance);
    }

    /** Whether a process can be called that. */
    public static boolean isInstance(String name) {
        return INSTANCE.matcher(name).matches();
    }

    /**
     * Lets pass what a process can be called.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static void requireInstance(String name) {
        if (!isInstance(name)) {
            throw new IllegalArgumentException("instance: '%s'; %s".formatted(name, INSTANCE_RULE));
        }
    }
}
