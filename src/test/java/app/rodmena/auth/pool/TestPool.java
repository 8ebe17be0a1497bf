package app.rodmena.auth.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.pool.event.PoolEvents;
import app.rodmena.auth.pool.event.PoolInterceptors;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A pool on a real PostgreSQL, with all its events and PostgreSQL's view of it. */
final class TestPool implements AutoCloseable {
    private static final AtomicInteger NAMES = new AtomicInteger();
    static final CallContext CALLER = CallContext.named("test");

    final String applicationName = "pool-test-" + NAMES.incrementAndGet();
    final Queue<PoolEvent> events = new ConcurrentLinkedQueue<>();
    final PoolEvents sink = new PoolEvents();
    final PoolInterceptors interceptors = new PoolInterceptors();
    final TestClock clock;
    final Pool pool;
    private final Connection observer;

    private TestPool(PoolSettings settings, DatabaseTarget target, TestClock clock) {
        sink.add(events::add);
        this.clock = clock;
        Connector connector = new Connector(target);
        pool = clock == null
                ? new Pool(applicationName, applicationName, settings, connector, sink, interceptors)
                : new Pool(
                        applicationName,
                        new PoolContext(applicationName, settings, connector, sink, interceptors, clock));
        try {
            observer = TestPostgres.superuser();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static TestPool with(PoolSettings settings) {
        return new TestPool(settings, TestPostgres.sharedDatabase(), null);
    }

    static TestPool at(DatabaseTarget target, PoolSettings settings) {
        return new TestPool(settings, target, null);
    }

    /** A pool whose clock the test advances. */
    static TestPool timed(PoolSettings settings) {
        return new TestPool(settings, TestPostgres.sharedDatabase(), new TestClock());
    }

    static TestPool timedAt(DatabaseTarget target, PoolSettings settings) {
        return new TestPool(settings, target, new TestClock());
    }

    Lease checkout() throws NoConnectionException {
        return checkout(CALLER);
    }

    /** Checks out a connection on the current thread, and waits at most pool_timeout for it. */
    Lease checkout(CallContext caller) throws NoConnectionException {
        CompletableFuture<Permit> decided = new CompletableFuture<>();
        AcquireRequest request = pool.newRequest(pool.admissionQueue.unbatched, caller, new AcquireRequest.Outcome() {
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
        boolean isImmediate = decided.isDone();
        try {
            return pool.acquirer.acquire(decided.join(), isImmediate ? request.arrivedNanos : pool.context.now());
        } catch (CompletionException e) {
            throw (NoConnectionException) e.getCause();
        }
    }

    /** The number of the pool's backends in pg_stat_activity. */
    int backends() throws SQLException {
        try (var query = observer.prepareStatement(
                "select count(*) from pg_stat_activity where application_name = ? and backend_type = 'client backend'")) {
            query.setString(1, applicationName);
            try (var result = query.executeQuery()) {
                result.next();
                return result.getInt(1);
            }
        }
    }

    /** Whether a backend runs a statement. */
    boolean isActive(int pid) throws SQLException {
        try (var query =
                observer.prepareStatement("select 1 from pg_stat_activity where pid = ? and state = 'active'")) {
            query.setInt(1, pid);
            try (var result = query.executeQuery()) {
                return result.next();
            }
        }
    }

    /** Terminates a backend. */
    void terminate(int pid) throws SQLException {
        try (var statement = observer.prepareStatement("select pg_terminate_backend(?, 5000)")) {
            statement.setInt(1, pid);
            statement.execute();
        }
    }

    /** Terminates one of the pool's backends, if there is one. */
    void terminateOne() throws SQLException {
        try (var statement = observer.prepareStatement("""
                select pg_terminate_backend(pid) from pg_stat_activity
                where application_name = ? and state in ('idle', 'active', 'idle in transaction')
                order by random() limit 1
                """)) {
            statement.setString(1, applicationName);
            statement.execute();
        }
    }

    long count(PoolEventKind kind) {
        return sink.count(kind);
    }

    void awaitCount(PoolEventKind kind, long count) {
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> count(kind) == count);
    }

    /** The last event of a kind. */
    PoolEvent last(PoolEventKind kind) {
        return events.stream()
                .filter(event -> event.kind() == kind)
                .reduce((earlier, later) -> later)
                .orElseThrow(() -> new AssertionError("no " + kind));
    }

    List<PoolEventKind> kindsOf(int connectionId) {
        return events.stream()
                .filter(event -> event.connectionId() == connectionId)
                .map(PoolEvent::kind)
                .toList();
    }

    /** Closes the pool; asserts that all connections are closed and the events are complete. */
    @Override
    public void close() throws SQLException {
        pool.close();
        assertThat(pool.snapshot().checkedOut()).as("checked out").isZero();
        assertThat(pool.snapshot().waiting()).as("waiting").isZero();
        // HikariCP may still close a connection on a thread of its own.
        await().atMost(Duration.ofSeconds(10)).until(() -> pool.snapshot().totalConnections() == 0 && backends() == 0);
        observer.close();
        EventOrder.assertBalanced(sink, events);
        EventOrder.assertComplete(events);
    }
}
