package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.SharedResource.Share;
import app.rodmena.auth.events.CallContext;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.ReadyEngine;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;

/** A pool of three connections on a real PostgreSQL, in which a test makes trouble, and who diagnoses it. */
final class Scene implements AutoCloseable {
    static final String INSTANCE = "scene";
    static final PoolSettings SMALL = PoolSettings.DEFAULT.withSize(2, 1).withPoolTimeout(Duration.ofSeconds(20));

    final DatabaseTarget target;
    final DatabaseEngine engine;
    final Metrics metrics;
    final Diagnostics diagnostics;
    private final Deque<Share<?>> shares = new ArrayDeque<>();
    private final CountDownLatch done = new CountDownLatch(1);

    Scene(DatabaseTarget target) {
        this(target, SMALL);
    }

    Scene(DatabaseTarget target, PoolSettings settings) {
        this(target, settings, DiagnosisConfig.DEFAULT);
    }

    Scene(DatabaseTarget target, PoolSettings settings, DiagnosisConfig config) {
        this(target, settings, config, Commands.DEFAULT);
    }

    Scene(DatabaseTarget target, PoolSettings settings, DiagnosisConfig config, Commands commands) {
        this.target = target;
        engine = join(ReadyEngine.open(new DatabaseConfig(target, settings, INSTANCE)));
        metrics = join(Metrics.open(engine));
        diagnostics = join(Diagnostics.open(engine, metrics, INSTANCE, config, () -> commands));
    }

    private <T> T join(Share<T> share) {
        shares.push(share);
        return share.get();
    }

    /** Callers that do the same, each on a connection of its own. */
    void callers(int count, String route, HandleCallback<Object, RuntimeException> work) {
        for (int i = 0; i < count; i++) {
            call(route, work);
        }
    }

    CompletionStage<Object> call(String route, HandleCallback<Object, RuntimeException> work) {
        CompletableFuture<Object> answer =
                engine.call(CallContext.named(route), work).toCompletableFuture();
        return answer.exceptionally(failure -> "failed");
    }

    /** Work of an application that holds its connection until the scene is over. */
    Object holdUntilTheEnd(Handle handle) {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return handle;
    }

    /** Diagnoses again and again until it is as expected; what it is like at last is what a failed test shows. */
    Diagnosis await(Predicate<Diagnosis> expected) {
        AtomicReference<Diagnosis> last = new AtomicReference<>();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> {
                    last.set(diagnostics.current(Duration.ZERO));
                    assertThat(last.get())
                            .matches(expected, "as expected: " + last.get().sentence());
                });
        return last.get();
    }

    Diagnosis await(Situation situation) {
        return await(diagnosis -> diagnosis.situation() == situation);
    }

    /** Until so many connections are out for this reason. */
    Diagnosis await(Verdict verdict, int count) {
        return await(diagnosis -> diagnosis.verdicts().getOrDefault(verdict, 0) == count);
    }

    boolean isOut(int count) {
        return engine.snapshot().checkedOut() == count;
    }

    /** A session of somebody else's on the same database. */
    static Connection stranger(DatabaseTarget target, String application) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", target.user());
        properties.setProperty("password", target.password().reveal());
        properties.setProperty("ApplicationName", application);
        return DriverManager.getConnection(target.jdbcUrl(), properties);
    }

    /** Ends what runs on the pool's connections. */
    void terminateAll() {
        try (Connection admin = stranger(target, "admin")) {
            run(admin, "select pg_cancel_backend(pid) from pg_stat_activity where application_name = 'auth/scene'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static int pidOf(Connection connection) throws SQLException {
        return connection.unwrap(org.postgresql.PGConnection.class).getBackendPID();
    }

    static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        done.countDown();
        shares.forEach(Share::close);
    }
}
