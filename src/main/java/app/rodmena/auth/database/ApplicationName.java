package app.rodmena.auth.database;

import app.rodmena.auth.pool.PoolSettings;

/** The application_name of a process's sessions in pg_stat_activity. */
public record ApplicationName(String instance) {
    private static final String PREFIX = "auth/";

    /** The sessions of the pool: {@code auth/<instance>}. */
    public String pool() {
        return PREFIX + instance;
    }

    /** {@code auth/<instance>/<P>+<O>}, so that pg_stat_activity alone shows the fleet and its maxima. */
    String monitor(PoolSettings settings) {
        return "%s/%s+%s".formatted(pool(), settings.poolSize(), settings.maxOverflow());
    }

    String migration() {
        return pool() + "/migration";
    }

    /** Whether it is a session of this process beside the pool, such as the monitor's. */
    public boolean isBesidePool(String name) {
        return name.startsWith(pool() + "/");
    }

    /** Whether it is a session of this server, of any instance. */
    public static boolean isOfFleet(String name) {
        return name.startsWith(PREFIX);
    }
}
