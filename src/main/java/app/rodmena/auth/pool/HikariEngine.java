package app.rodmena.auth.pool;

import app.rodmena.auth.common.DaemonThreads;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** Configures HikariCP, which holds and hands out connections; all policies are the pool's own. Thread-safe. */
final class HikariEngine {
    /**
     * Settings that Hikari supports as system properties only. It reads them when a pool is built, and the last one
     * also when a pool is closed. They enable JDBC 4.3 request boundaries, call isValid() at every checkout regardless
     * of idle time, and register MBeans under names without spaces and parentheses.
     */
    private static final Map<String, String> PROPERTIES = Map.of(
            "com.zaxxer.hikari.enableRequestBoundaries", "true",
            "com.zaxxer.hikari.aliveBypassWindowMs", "-1",
            "hikaricp.jmx.register2.0", "true");

    private static final Map<String, String> PREVIOUS_VALUES = new HashMap<>();
    private static int propertyUsers;

    private HikariEngine() {}

    static HikariDataSource start(String name, DataSource opener, int maximum) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(opener);
        config.setMaximumPoolSize(maximum);
        config.setRegisterMbeans(true);
        config.setThreadFactory(DaemonThreads.numbered("pool-" + name));
        // The pool implements maximum age, filling and leak detection itself; Hikari's versions would bypass its
        // accounting.
        config.setMinimumIdle(0);
        config.setIdleTimeout(0);
        config.setMaxLifetime(0);
        config.setKeepaliveTime(0);
        config.setLeakDetectionThreshold(0);
        config.setInitializationFailTimeout(-1);
        return withProperties(() -> new HikariDataSource(config));
    }

    static void close(HikariDataSource hikari) {
        withProperties(() -> {
            hikari.close();
            return hikari;
        });
    }

    private static HikariDataSource withProperties(Supplier<HikariDataSource> work) {
        acquireProperties();
        try {
            return work.get();
        } finally {
            releaseProperties();
        }
    }

    /**
     * Sets the properties while at least one pool is being built or closed. Counts users instead of locking, so that a
     * slow close does not block other pools.
     */
    private static synchronized void acquireProperties() {
        if (propertyUsers++ == 0) {
            PROPERTIES.forEach((key, value) -> PREVIOUS_VALUES.put(key, System.setProperty(key, value)));
        }
    }

    private static synchronized void releaseProperties() {
        if (--propertyUsers == 0) {
            PREVIOUS_VALUES.forEach((key, value) -> {
                if (value == null) {
                    System.clearProperty(key);
                } else {
                    System.setProperty(key, value);
                }
            });
        }
    }
}
