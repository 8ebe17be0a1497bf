package app.rodmena.auth.pool;

import app.rodmena.auth.metrics.MeasuredPool;
import app.rodmena.auth.metrics.jfr.UnrecordedPool;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.EventLog;
import app.rodmena.auth.pool.event.PoolEvents;
import app.rodmena.auth.pool.event.PoolInterceptors;
import app.rodmena.auth.pool.event.PoolListener;
import app.rodmena.auth.pool.event.RecentEvents;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
 * Cost of a checkout with its check-in: of HikariCP alone, of this project's pool without listeners, with only the
 * Flight Recorder listener while no recording runs, and with every listener that handles checkouts in the server
 * (incidents, the JMX notifier and the event stream ignore them).
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class CheckoutBenchmark {
    private static final CallContext CALLER = new CallContext("GET /api/roles", () -> "5f1c");

    private HikariDataSource hikari;
    private Pool withoutListeners;
    private Pool withIdleRecorder;
    private Pool withAllListeners;

    @Setup
    public void open() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(new NoOpDataSource());
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(1);
        hikari = new HikariDataSource(config);
        withoutListeners = pool("silent", List.of());
        withIdleRecorder = pool("unrecorded", List.of(UnrecordedPool.listener()));
        withAllListeners = pool(
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
    public boolean poolWithoutListeners() throws Exception {
        try (Lease lease = checkout(withoutListeners)) {
            return lease.connection.isReadOnly();
        }
    }

    @Benchmark
    public boolean poolWithIdleRecorder() throws Exception {
        try (Lease lease = checkout(withIdleRecorder)) {
            return lease.connection.isReadOnly();
        }
    }

    @Benchmark
    public boolean poolWithEveryListener() throws Exception {
        try (Lease lease = checkout(withAllListeners)) {
            return lease.connection.isReadOnly();
        }
    }

    @TearDown
    public void close() {
        hikari.close();
        withoutListeners.close();
        withIdleRecorder.close();
        withAllListeners.close();
    }

    private static Pool pool(String name, List<PoolListener> listeners) {
        PoolEvents events = new PoolEvents();
        listeners.forEach(events::add);
        return new Pool(name, name, PoolSettings.DEFAULT, new NoOpConnections(), events, new PoolInterceptors());
    }

    /** Checks out a connection on this thread; the pool has a free one. */
    private static Lease checkout(Pool pool) throws NoConnectionException {
        CompletableFuture<Permit> decided = new CompletableFuture<>();
        AcquireRequest request = pool.newRequest(pool.admissionQueue.unbatched, CALLER, new AcquireRequest.Outcome() {
            @Override
            public void admitted(Permit permit) {
                decided.complete(permit);
            }

            @Override
            public void refused(NoConnectionException reason) {
                decided.completeExceptionally(reason);
            }
        });
        pool.enter(request);
        return pool.acquirer.acquire(decided.join(), request.arrivedNanos);
    }
}
