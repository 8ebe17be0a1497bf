package app.rodmena.auth.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.StatementExecution;
import app.rodmena.auth.metrics.SlowStatements.SlowStatement;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.RequestIds;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.ReadyEngine;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlowStatementsTest {
    private static final PoolSettings SETTINGS =
            PoolSettings.DEFAULT.with(draft -> draft.slowStatement = Duration.ofMillis(50));

    private final DatabaseEngine engine =
            ReadyEngine.open(new DatabaseConfig(MigratedDatabase.fresh(), SETTINGS, "slow-test"));
    private final Metrics metrics = new Metrics(engine);

    @AfterEach
    void close() {
        metrics.close();
        engine.close();
    }

    @Test
    void onlySlowStatementsAreKept() {
        run("GET /a", "/* test.sleep */ select pg_sleep(0.06), 'secret'");
        run("GET /b", "/* test.sleep */ select pg_sleep(0.12), 'other'");
        run("GET /c", "/* test.sleep */ select pg_sleep(0.001), 'other'");
        run("GET /a", "/* test.nap */ select pg_sleep(0.07)");

        assertThat(metrics.slowStatements().byTotal())
                .extracting(SlowStatement::name)
                .containsExactly("test.sleep", "test.nap");
        SlowStatement worst = metrics.slowStatements().byMax().get(0);
        assertThat(worst.sql()).isEqualTo("/* test.sleep */ select pg_sleep(?), ?");
        assertThat(worst.count()).isEqualTo(2);
        assertThat(worst.routes()).containsExactlyInAnyOrder("GET /a", "GET /b");
        assertThat(worst.max()).isGreaterThanOrEqualTo(Duration.ofMillis(120));
        assertThat(worst.p99()).isGreaterThanOrEqualTo(Duration.ofMillis(118));
        assertThat(worst.mean()).isBetween(Duration.ofMillis(90), worst.max());
        assertThat(worst.timeouts()).isZero();
    }

    @Test
    void aRepeatedStatementIsLoggedOncePerIntervalWithoutValues() {
        try (LogOf log = LogOf.logger("auth.database")) {
            for (int i = 0; i < 3; i++) {
                run("GET /a", "/* test.sleep */ select pg_sleep(0.06), 'secret'");
            }
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("slow_statement"))
                    .singleElement()
                    .asString()
                    .matches("slow_statement statement=test.sleep took=\\d+\\.\\d{3}ms route=\"GET /a\""
                            + " sql=\"/\\* test.sleep \\*/ select pg_sleep\\(\\?\\), \\?\"");
        }
    }

    @Test
    void aRepeatedStatementIsLoggedAgainAfterTheIntervalByTheMonotonicClock() {
        AtomicLong nanos = new AtomicLong();
        SlowStatements slow = new SlowStatements(() -> SETTINGS, nanos::get);
        StatementExecution run =
                new StatementExecution("test.late", "select 1", "GET /a", RequestIds.NONE, Duration.ofSeconds(1), "");
        try (LogOf log = LogOf.logger("auth.database")) {
            slow.onStatement(run);
            slow.onStatement(run);
            nanos.addAndGet(Duration.ofSeconds(10).toNanos());
            slow.onStatement(run);
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("slow_statement"))
                    .hasSize(2)
                    .last()
                    .asString()
                    .contains("untold=1");
        }
    }

    @Test
    void timeoutsAndOtherCancellationsAreCountedSeparately() throws Exception {
        CompletionStage<?> victim = start("GET /a", "/* test.victim */ select pg_sleep(20)");
        try (Connection admin = TestPostgres.superuser();
                var cancel = admin.prepareStatement("select pg_cancel_backend(?)")) {
            await().until(() -> {
                int pid = engine.pool().connections().stream()
                        .filter(connection -> connection.lastSql().contains("test.victim"))
                        .mapToInt(ConnectionView::backendPid)
                        .findFirst()
                        .orElse(0);
                cancel.setInt(1, pid);
                cancel.execute();
                return victim.toCompletableFuture().isDone();
            });
        }
        assertThat(metrics.slowStatements().byTotal())
                .filteredOn(statement -> statement.name().equals("test.victim"))
                .singleElement()
                .satisfies(statement -> {
                    assertThat(statement.cancelled()).isEqualTo(1);
                    assertThat(statement.timeouts()).isZero();
                });

        Duration timeout = SETTINGS.statementTimeout();
        metrics.slowStatements()
                .onStatement(
                        new StatementExecution("test.late", "select 1", "GET /a", RequestIds.NONE, timeout, "57014"));
        assertThat(metrics.slowStatements().timeouts()).isEqualTo(1);
    }

    @Test
    void listsAndLogAreBounded() {
        SlowStatements slow = new SlowStatements(() -> SETTINGS, System::nanoTime);
        LogOf log = LogOf.logger("auth.database");
        for (int i = 0; i < 1_000; i++) {
            Duration took = Duration.ofMillis(i == 3 ? 100_000 : 100 + i % 7);
            slow.onStatement(new StatementExecution(
                    "a", "select column_%d from t".formatted(i), "GET /a", RequestIds.NONE, took, ""));
        }
        assertThat(slow.byTotal()).hasSize(SlowStatements.MAX_LISTED);
        assertThat(slow.byMax()).hasSize(SlowStatements.MAX_LISTED);
        assertThat(slow.byMax().get(0).sql()).isEqualTo("select column_3 from t");
        assertThat(slow.byTotal().get(0).sql()).isEqualTo("select column_3 from t");
        assertThat(log.lines()).hasSizeLessThanOrEqualTo(40);
        log.close();
    }

    private void run(String route, String sql) {
        start(route, sql).toCompletableFuture().join();
    }

    private CompletionStage<?> start(String route, String sql) {
        return engine.call(
                CallContext.named(route),
                handle -> handle.createQuery(sql).mapToMap().list());
    }
}
