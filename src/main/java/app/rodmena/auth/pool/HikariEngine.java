package app.rodmena.auth.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** Builds HikariCP the way this pool needs it: it keeps and hands out connections, and every decision is ours. */
final class HikariEngine {
    /**
     * What Hikari knows as system properties only, and reads when a pool is built, the last when it is closed as well:
     * tell connections when a request begins and ends (JDBC 4.3); ask isValid() at every checkout, however recently it
     * was used; give MBeans names without spaces and parentheses.
     */
    private static final Map<String, String> PROPERTIES = Map.of(
            "com.zaxxer.hikari.enableRequestBoundaries", "true",
            "com.zaxxer.hikari.aliveBypassWindowMs", "-1",
            "hikaricp.jmx.register2.0", "true");

    private static final AtomicInteger THREADS = new AtomicInteger();
    private static final Map<String, String> BEFORE = new HashMap<>();
    private static int borrowers;

    private HikariEngine() {}

    static HikariDataSource start(String name, DataSource opener, int maximum) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(opener);
        config.setMaximumPoolSize(maximum);
        config.setRegisterMbeans(true);
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
        return withProperties(() -> new HikariDataSource(config));
    }

    static HikariPool poolOf(HikariDataSource hikari) {
        return (HikariPool) hikari.getHikariPoolMXBean();
    }

    static void close(HikariDataSource hikari) {
        withProperties(() -> {
            hikari.close();
            return hikari;
        });
    }

    private static HikariDataSource withProperties(Supplier<HikariDataSource> work) {
        borrowProperties();
        try {
            return work.get();
        } finally {
            returnProperties();
        }
    }

    /** Several pools may be built and closed at the same time; a pool that is long in closing holds up no other. */
    private static synchronized void borrowProperties() {
        if (borrowers++ == 0) {
            PROPERTIES.forEach((key, value) -> BEFORE.put(key, System.setProperty(key, value)));
        }
    }

    private static synchronized void returnProperties() {
        if (--borrowers == 0) {
            BEFORE.forEach((key, value) -> {
                if (value == null) {
                    System.clearProperty(key);
                } else {
                    System.setProperty(key, value);
                }
            });
        }
    }
}
