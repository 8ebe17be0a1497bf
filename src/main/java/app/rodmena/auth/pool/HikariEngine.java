package app.rodmena.auth.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** Builds HikariCP the way this pool needs it: it keeps and hands out connections, and every decision is ours. */
final class HikariEngine {
    private static final String REQUEST_BOUNDARIES = "com.zaxxer.hikari.enableRequestBoundaries";
    private static final String ALIVE_BYPASS = "com.zaxxer.hikari.aliveBypassWindowMs";
    private static final AtomicInteger THREADS = new AtomicInteger();

    private HikariEngine() {}

    static HikariDataSource start(String name, DataSource opener, int maximum) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(opener);
        config.setMaximumPoolSize(maximum);
        config.setThreadFactory(task -> {
            Thread thread = new Thread(task, "pool-" + name + "-" + THREADS.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        // Ageing, filling and leak detection are the pool's: left on, Hikari would act behind its back.
        config.setMinimumIdle(0);
        config.setIdleTimeout(0);
        config.setMaxLifetime(0);
        config.setKeepaliveTime(0);
        config.setLeakDetectionThreshold(0);
        config.setInitializationFailTimeout(-1);
        return withRequestBoundaries(() -> new HikariDataSource(config));
    }

    static HikariPool poolOf(HikariDataSource hikari) {
        return (HikariPool) hikari.getHikariPoolMXBean();
    }

    /**
     * Hikari reads these two when a pool is built and knows them as system properties only: tell connections when a
     * request begins and ends (JDBC 4.3), and ask isValid() at every checkout, however recently it was used.
     */
    private static synchronized HikariDataSource withRequestBoundaries(Supplier<HikariDataSource> build) {
        String boundaries = System.getProperty(REQUEST_BOUNDARIES);
        String aliveBypass = System.getProperty(ALIVE_BYPASS);
        System.setProperty(REQUEST_BOUNDARIES, "true");
        System.setProperty(ALIVE_BYPASS, "-1");
        try {
            return build.get();
        } finally {
            restore(REQUEST_BOUNDARIES, boundaries);
            restore(ALIVE_BYPASS, aliveBypass);
        }
    }

    private static void restore(String key, String value) {
        if (value == null) {
            System.clearProperty(key);
        } else {
            System.setProperty(key, value);
        }
    }
}
