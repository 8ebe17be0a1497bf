package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.metrics.Metrics;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.ReadyEngine;
import app.rodmena.auth.testing.TestPostgres;
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
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;

/** A pool of up to three connections on a real PostgreSQL, with its diagnosis. */
final class Scene implements AutoCloseable {
    static final String INSTANCE = "scene";
    static final PoolSettings SMALL =
            PoolSettings.DEFAULT.withSize(2, 1).with(draft -> draft.poolTimeout = Duration.ofSeconds(20));

    final DatabaseTarget target;
    final DatabaseEngine engine;
    final Metrics metrics;
    final Diagnostics diagnostics;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
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
        engine = add(ReadyEngine.open(new DatabaseConfig(target, settings, INSTANCE)));
        metrics = add(new Metrics(engine));
        diagnostics = add(new Diagnostics(engine, metrics, INSTANCE, config, () -> commands));
    }

    private <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    /** Starts callers with the same work, each on its own connection. */
    void callers(int count, String route, HandleCallback<Object, RuntimeException> work) {
        for (int i = 0; i < count; i++) {
            call(route, work);
        }
    }

    CompletionStage<Object> call(String route, HandleCallback<Object, RuntimeException> work) {
        CompletableFuture<Object> result =
                engine.call(CallContext.named(route), work).toCompletableFuture();
        return result.exceptionally(failure -> "failed");
    }

    /** Holds the connection until the scene is closed. */
    Object holdUntilTheEnd(Handle handle) {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return handle;
    }

    /** Repeats the diagnosis until it is as expected. A failure shows the last one. */
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

    /**
     * Waits for a sentence that contains all words; the first diagnosis of a situation may count too few connections.
     */
    Diagnosis await(Situation situation, String... words) {
        return await(diagnosis ->
                diagnosis.situation() == situation && Stream.of(words).allMatch(diagnosis.sentence()::contains));
    }

    /** Waits until this number of connections has the verdict. */
    Diagnosis await(Verdict verdict, int count) {
        return await(diagnosis -> diagnosis.verdicts().getOrDefault(verdict, 0) == count);
    }

    boolean isOut(int count) {
        return engine.pool().snapshot().checkedOut() == count;
    }

    /** Opens a session of another client on the same database. */
    static Connection otherSession(DatabaseTarget target, String application) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", target.user());
        properties.setProperty("password", target.password().reveal());
        properties.setProperty("ApplicationName", application);
        // So that pgjdbc sends the name with the login, not in a statement afterwards.
        properties.setProperty("assumeMinServerVersion", "9.0");
        return DriverManager.getConnection(target.jdbcUrl(), properties);
    }

    /** Cancels the statements on the pool's connections. */
    void terminateAll() {
        try (Connection admin = otherSession(target, "admin")) {
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

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        done.countDown();
        parts.forEach(Scene::close);
        // Backends of connections that the pool has lost would belong to the next scene.
        try (Connection admin = TestPostgres.superuser()) {
            run(admin, """
                    select pg_terminate_backend(pid, 10000) from pg_stat_activity
                    where application_name like 'auth/scene%'
                    """);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
