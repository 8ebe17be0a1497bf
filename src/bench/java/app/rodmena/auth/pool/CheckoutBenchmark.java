package app.rodmena.auth.pool;

import app.rodmena.auth.events.CallContext;
import app.rodmena.auth.events.EventLog;
import app.rodmena.auth.events.PoolEvents;
import app.rodmena.auth.events.PoolInterceptors;
import app.rodmena.auth.events.PoolListener;
import app.rodmena.auth.events.RecentEvents;
import app.rodmena.auth.metrics.MeasuredPool;
import app.rodmena.auth.recording.UnrecordedPool;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a checkout with its check-in costs: of HikariCP as it is, of our pool whose events nobody hears, of our pool
 * with nobody but the Flight Recorder's listener while nothing is recorded, and of our pool with everybody who does
 * something at every checkout in the server (incidents, the JMX notifier and the event stream look at the kind and
 * leave).
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class CheckoutBenchmark {
    private static final CallContext CALLER = new CallContext("GET /api/roles", () -> "5f1c");

    private HikariDataSource hikari;
    private Pool silent;
    private Pool unrecorded;
    private Pool heard;

    @Setup
    public void open() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(new StillDataSource());
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(1);
        hikari = new HikariDataSource(config);
        silent = pool("silent", List.of());
        unrecorded = pool("unrecorded", List.of(UnrecordedPool.listener()));
        heard = pool(
                "heard",
                List.of(new EventLog(), new RecentEvents(1000), UnrecordedPool.listener(), MeasuredPool.listener()));
    }

    @Benchmark
    public boolean bareHikari() throws SQLException {
        try (Connection connection = hikari.getConnection()) {
            return connection.isReadOnly();
        }
    }

    @Benchmark
    public boolean poolThatNobodyHears() throws Exception {
        try (Lease lease = silent.checkout(CALLER)) {
            return lease.connection().isReadOnly();
        }
    }

    @Benchmark
    public boolean poolThatNobodyRecords() throws Exception {
        try (Lease lease = unrecorded.checkout(CALLER)) {
            return lease.connection().isReadOnly();
        }
    }

    @Benchmark
    public boolean poolWithEveryListener() throws Exception {
        try (Lease lease = heard.checkout(CALLER)) {
            return lease.connection().isReadOnly();
        }
    }

    @TearDown
    public void close() {
        hikari.close();
        silent.close();
        unrecorded.close();
        heard.close();
    }

    private static Pool pool(String name, List<PoolListener> listeners) {
        PoolEvents events = new PoolEvents();
        listeners.forEach(events::add);
        return new Pool(name, PoolSettings.DEFAULT, new StillConnections(), events, new PoolInterceptors());
    }
}
