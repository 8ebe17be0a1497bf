package app.rodmena.auth.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statements wait for locks, are cancelled or fail in PostgreSQL. */
class LockFaultsTest {
    private static final Duration A_WHILE = Duration.ofMillis(2_500);

    @TempDir
    static Path directory;

    private static PostgresServer postgres;

    @AutoClose("stop")
    private static ProbedServer server;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start(directory, "max_prepared_transactions=2");
        ProbedServer.prepare(postgres);
        server = ProbedServer.start(directory, postgres, ProbedServer.target(postgres));
    }

    @Test
    void aTableIsLockedByATransactionThatDoesNothing() throws Exception {
        try (Connection locker = transaction()) {
            int pid = pidOf(locker);
            probe().scenario("ACCESS EXCLUSIVE, idle in transaction")
                    .expecting("the table and the pid", says("auth_permission", "pid " + pid))
                    .during(() -> {
                        execute(locker, "lock table auth_permission in access exclusive mode");
                        probe().observeUntilDiagnosed(A_WHILE);
                        locker.rollback();
                    });
        }
    }

    @Test
    void aChainOfFourLeadsToItsHead() throws Exception {
        try (Connection head = transaction();
                Connection second = transaction();
                Connection third = transaction()) {
            int pid = pidOf(head);
            List<CompletableFuture<Void>> chain = new ArrayList<>();
            probe().scenario("a chain of four")
                    .expecting("the head of the chain", says("held by pid " + pid))
                    .during(() -> {
                        execute(head, "lock table auth_membership in share mode");
                        execute(second, "lock table auth_group in share mode");
                        chain.add(executeLater(second, "lock table auth_membership in exclusive mode"));
                        chain.add(executeLater(third, "lock table auth_group in exclusive mode"));
                        probe().observeUntilDiagnosed(A_WHILE);
                        head.rollback();
                        chain.get(0).join();
                        second.rollback();
                        chain.get(1).join();
                        third.rollback();
                    });
        }
    }

    @Test
    void readersQueueBehindAnAlterTableThatWaitsForAReader() throws Exception {
        try (Connection reader = transaction();
                Connection alter = transaction()) {
            int pid = pidOf(reader);
            probe().scenario("DDL queued behind a reader")
                    .expecting("the reader", says("pid " + pid))
                    .during(() -> {
                        execute(reader, "select count(*) from permission_groups");
                        CompletableFuture<Void> altered =
                                executeLater(alter, "alter table permission_groups add column note text");
                        probe().observeUntilDiagnosed(A_WHILE);
                        reader.rollback();
                        altered.join();
                        alter.rollback();
                    });
        }
    }

    @Test
    void twoTransactionsDeadlock() throws Exception {
        probe().scenario("a deadlock with a grant").during(() -> {
            try (Connection other = transaction()) {
                // The server's statement locks the membership first, then the role it refers to.
                execute(other, "select from auth_group where role = 'visitors' for update");
                await().until(() -> waiting() > 0);
                try {
                    execute(other, "update auth_membership set modified = now() where \"user\" = 'visitor'");
                } catch (SQLException e) {
                    assertThat(e.getSQLState()).isEqualTo("40P01");
                }
            }
        });
    }

    @Test
    void aPreparedTransactionHoldsTheLock() throws Exception {
        try (Connection preparing = transaction();
                Connection cleanup = postgres.superuser(ProbedServer.DATABASE)) {
            probe().scenario("a prepared transaction")
                    .expecting("the table", says("auth_group"))
                    .during(() -> {
                        execute(preparing, "lock table auth_group in access exclusive mode");
                        execute(preparing, "prepare transaction 'forgotten'");
                        probe().observeUntilDiagnosed(A_WHILE);
                        execute(cleanup, "rollback prepared 'forgotten'");
                    });
        }
    }

    @Test
    void advisoryLocksOfOthersChangeNothing() throws Exception {
        try (Connection other = transaction()) {
            Recording seen = probe().scenario("an advisory lock").during(() -> {
                execute(other, "select pg_advisory_xact_lock(1635087464, 1)");
                probe().observe(Duration.ofSeconds(1));
                other.rollback();
            });
            assertThat(seen.exchanges()).allMatch(Exchange::right);
        }
    }

    @Test
    void theServersOwnTimeoutsEndStatementsAndSessions() throws Exception {
        for (String timeout : List.of(
                "lock_timeout", "transaction_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout")) {
            try (Connection locker = transaction()) {
                probe().scenario(timeout + " is 300 ms").during(() -> {
                    everySessionWith("set %s = '300ms'".formatted(timeout));
                    execute(locker, "lock table auth_permission, auth_group in access exclusive mode");
                    probe().observe(Duration.ofSeconds(1));
                    locker.rollback();
                    everySessionWith("reset " + timeout);
                });
            }
        }
    }

    @Test
    void aTriggerSleeps() throws Exception {
        probe().scenario("a trigger that sleeps")
                .expecting("a slow statement", says("has run"), Duration.ofSeconds(2))
                .during(() -> {
                    postgres.execute(
                            ProbedServer.DATABASE,
                            """
                            create function sleep() returns trigger language plpgsql as
                            'begin perform pg_sleep(2); return new; end'
                            """,
                            "create trigger sleeping before insert on auth_group for each row execute function sleep()");
                    probe().observeUntilDiagnosed(A_WHILE);
                    postgres.execute(
                            ProbedServer.DATABASE, "drop trigger sleeping on auth_group", "drop function sleep");
                });
    }

    @Test
    void aTableIsGone() throws Exception {
        probe().scenario("a table dropped")
                .expecting("the table", says("auth_permission"))
                .during(() -> {
                    postgres.execute(ProbedServer.DATABASE, "alter table auth_permission rename to elsewhere");
                    probe().observeUntilDiagnosed(A_WHILE);
                    postgres.execute(ProbedServer.DATABASE, "alter table elsewhere rename to auth_permission");
                });
    }

    @Test
    void aPrivilegeIsRevoked() throws Exception {
        probe().scenario("a privilege revoked")
                .expecting("the table and the role", says("auth_permission", ProbedServer.ROLE))
                .during(() -> {
                    postgres.execute(ProbedServer.DATABASE, "revoke all on auth_permission from " + ProbedServer.ROLE);
                    probe().observeUntilDiagnosed(A_WHILE);
                    postgres.execute(ProbedServer.DATABASE, "grant all on auth_permission to " + ProbedServer.ROLE);
                });
    }

    private static Predicate<Recording.DiagnosisSample> says(String... texts) {
        return sample -> {
            String sentence = sample.text().replaceAll("\\s+", " ");
            return !sample.situation().equals("WELL") && List.of(texts).stream().allMatch(sentence::contains);
        };
    }

    /** Sets the setting for new sessions and terminates the server's open ones. */
    private static void everySessionWith(String setting) throws SQLException {
        postgres.execute(
                "postgres",
                "alter role %s %s".formatted(ProbedServer.ROLE, setting),
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'auth/%s'"
                        .formatted(ProbedServer.INSTANCE));
    }

    private static Probe probe() {
        return server.probe();
    }

    private static Connection transaction() throws SQLException {
        Connection connection = postgres.superuser(ProbedServer.DATABASE);
        connection.setAutoCommit(false);
        return connection;
    }

    private static int pidOf(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                var pid = statement.executeQuery("select pg_backend_pid()")) {
            pid.next();
            return pid.getInt(1);
        }
    }

    private static long waiting() throws SQLException {
        try (Connection connection = postgres.superuser();
                Statement statement = connection.createStatement();
                var count = statement.executeQuery("""
                        select count(*) from pg_stat_activity
                        where application_name like 'auth/%' and wait_event_type = 'Lock'
                        """)) {
            count.next();
            return count.getLong(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static CompletableFuture<Void> executeLater(Connection connection, String sql) {
        return CompletableFuture.runAsync(() -> {
            try {
                execute(connection, sql);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
