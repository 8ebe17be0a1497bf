package app.rodmena.auth.database.activity;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ActivityQueryTest {
    private final ActivityQuery activity = new ActivityQuery("test");

    @Test
    void aLockWaitWithoutKnownBlockersIsReported() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        try (Connection monitor = TestPostgres.connect(target);
                Connection holder = TestPostgres.connect(target);
                Connection waiter = TestPostgres.connect(target)) {
            execute(monitor, """
                    create table contended ();
                    create schema slow;
                    create function slow.pg_blocking_pids(int) returns int[] language sql as
                        'select array[0] from pg_sleep(30)';
                    """);
            holder.setAutoCommit(false);
            execute(holder, "lock table contended");
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> select(waiter));
            await().until(() -> !waitingForLock(activity.execute(monitor)).isEmpty());

            execute(monitor, "set search_path = public, slow, pg_catalog; set statement_timeout = '900ms'");
            PostgresSnapshot view = activity.execute(monitor);

            assertThat(waitingForLock(view))
                    .singleElement()
                    .satisfies(backend -> assertThat(backend.lockWait()).isEmpty());
            assertThat(view.took()).isLessThan(Duration.ofMillis(900));
            assertThat(monitor.getAutoCommit()).isTrue();
            assertThat(statementTimeout(monitor)).isEqualTo("900ms");

            execute(monitor, "set search_path = public");
            assertThat(waitingForLock(activity.execute(monitor)))
                    .singleElement()
                    .satisfies(backend ->
                            assertThat(backend.lockWait().orElseThrow().what()).isEqualTo("contended"));
            holder.rollback();
            waiting.get(10, SECONDS);
        }
    }

    private static List<Backend> waitingForLock(PostgresSnapshot view) {
        return view.backends().stream().filter(Backend::waitsForLock).toList();
    }

    private static void select(Connection connection) {
        try {
            execute(connection, "select * from contended");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String statementTimeout(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("show statement_timeout")) {
            result.next();
            return result.getString(1);
        }
    }
}
