package app.rodmena.auth.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.PostgresServer;
import app.rodmena.auth.testing.PostgresServer.Mode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL's processes are ended, stopped and restarted. */
class BackendFaultsTest {
    /** Three of them are reserved for superusers; the server may open six. */
    private static final int MAX_CONNECTIONS = 20;

    private static final Duration ONE_SECOND = Duration.ofSeconds(1);
    private static final Duration A_WHILE = Duration.ofMillis(1_500);

    @TempDir
    static Path directory;

    private static PostgresServer postgres;

    @AutoClose("stop")
    private static ProbedServer server;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start(directory, "max_connections=" + MAX_CONNECTIONS);
        ProbedServer.prepare(postgres);
        postgres.execute("postgres", "create role colleague login password 'colleague'");
        server = ProbedServer.start(directory, postgres, ProbedServer.target(postgres));
    }

    @Test
    void everyBackendIsTerminatedTenTimes() throws Exception {
        int logBefore = server.logLines().size();
        Recording seen = probe().scenario("every backend terminated ten times").during(() -> {
            for (int i = 0; i < 10; i++) {
                terminate("true");
                probe().observe(Duration.ofMillis(150));
            }
        });
        assertThat(seen.logLines().stream().skip(logBefore).filter(line -> line.contains("auth.database connect ")))
                .as("no more connections are opened than were broken")
                .hasSizeLessThan(11 * (ProbedServer.POOL_SIZE + ProbedServer.MAX_OVERFLOW));
    }

    @Test
    void anIdleAndTheMonitorsBackendAreTerminated() throws Exception {
        probe().scenario("an idle backend terminated").during(() -> terminate("state = 'idle'"));
        Recording seen = probe().scenario("the monitor's backend terminated").during(() -> {
            for (int i = 0; i < 3; i++) {
                terminate("application_name like '%+%'");
                probe().observe(Duration.ofMillis(300));
            }
        });
        assertThat(seen.exchanges()).allMatch(Exchange::right);
    }

    @Test
    void backendsAreTerminatedInTheMiddleOfAWriteAndOfABatch() throws Exception {
        probe().scenario("backends that wait for a lock terminated").during(() -> {
            try (Connection locker = postgres.superuser(ProbedServer.DATABASE);
                    var statement = locker.createStatement()) {
                locker.setAutoCommit(false);
                statement.execute("lock table auth_group, auth_permission in access exclusive mode");
                for (int i = 0; i < 3; i++) {
                    await().until(() -> count("wait_event_type = 'Lock'") > 0);
                    terminate("wait_event_type = 'Lock'");
                }
            }
        });
    }

    @Test
    void aBackendIsKilledSoThatAllOthersEndAndPostgresRecovers() throws Exception {
        probe().scenario("kill -9 of a backend")
                .recoversWithin(Duration.ofSeconds(2))
                .during(() -> PostgresServer.signal(backend("true"), "KILL"));
    }

    @Test
    void aBackendIsKilledInTheMiddleOfACommit() throws Exception {
        probe().scenario("kill -9 during COMMIT")
                .recoversWithin(Duration.ofSeconds(2))
                .during(() -> {
                    postgres.execute(
                            ProbedServer.DATABASE,
                            """
                            create function sleep() returns trigger language plpgsql as
                            'begin perform pg_sleep(1); return null; end'
                            """,
                            "create constraint trigger committing after insert on auth_group initially deferred"
                                    + " for each row execute function sleep()");
                    await().until(() -> count("wait_event = 'PgSleep'") > 0);
                    PostgresServer.signal(backend("wait_event = 'PgSleep'"), "KILL");
                    await().ignoreExceptions().until(() -> {
                        postgres.execute(
                                ProbedServer.DATABASE, "drop trigger committing on auth_group", "drop function sleep");
                        return true;
                    });
                });
    }

    @Test
    void thePostmasterIsKilledAndStartedAgain() throws Exception {
        probe().scenario("kill -9 of the postmaster")
                .expecting("DATABASE_DOWN", sample -> sample.situation().equals("DATABASE_DOWN"))
                .during(() -> {
                    postgres.stop(Mode.KILL);
                    probe().observeUntilDiagnosed(A_WHILE);
                    postgres.start();
                });
    }

    @Test
    void postgresIsStoppedSmartFastAndImmediate() throws Exception {
        for (Mode mode : List.of(Mode.SMART, Mode.FAST, Mode.IMMEDIATE)) {
            probe().scenario("stopped: " + mode).during(() -> {
                postgres.requestStop(mode);
                probe().observe(A_WHILE);
                postgres.stop(Mode.IMMEDIATE);
                postgres.start();
            });
        }
    }

    @Test
    void postgresRecoversForAWhile() throws Exception {
        probe().scenario("in recovery")
                .expecting("DATABASE_DOWN", sample -> sample.situation().equals("DATABASE_DOWN"))
                .during(() -> {
                    postgres.stop(Mode.FAST);
                    postgres.startInRecovery();
                    probe().observeUntilDiagnosed(Probe.lasting(A_WHILE));
                    postgres.stop(Mode.IMMEDIATE);
                    postgres.start();
                });
    }

    @Test
    void postgresIsSilent() throws Exception {
        probe().scenario("SIGSTOP for all of PostgreSQL")
                .losingConnections()
                .expecting("DATABASE_DOWN", sample -> sample.situation().equals("DATABASE_DOWN"), Duration.ofSeconds(2))
                .during(() -> {
                    postgres.freeze();
                    probe().observeUntilDiagnosed(Probe.lasting(Duration.ofSeconds(3)));
                    postgres.thaw();
                });
    }

    @Test
    void onlyThePostmasterIsSilent() throws Exception {
        probe().scenario("SIGSTOP for the postmaster").during(() -> {
            postgres.signalPostmaster("STOP");
            probe().observe(Probe.lasting(A_WHILE));
            postgres.signalPostmaster("CONT");
        });
    }

    @Test
    void othersTakeEveryConnectionThatPostgresHas() throws Exception {
        List<Connection> others = new ArrayList<>();
        probe().scenario("others take all connections")
                .expecting("REFUSED", sample -> sample.situation().equals("REFUSED"), Duration.ofSeconds(2))
                .during(() -> {
                    takeEverything(others);
                    terminate("true");
                    takeEverything(others);
                    probe().observeUntilDiagnosed(Duration.ofSeconds(2));
                    takeEverything(others);
                    for (Connection other : others) {
                        other.close();
                    }
                });
    }

    @Test
    void aServerThatStartsWhileOthersHaveEveryConnectionIsReadyAfterwards() throws Exception {
        List<Connection> others = new ArrayList<>();
        takeEverything(others);
        try (AuthProcess second = AuthProcess.start(
                        directory,
                        Map.of(),
                        "--port=0",
                        "--instance=second",
                        "--database-url=" + ProbedServer.url(ProbedServer.target(postgres)))
                .awaitStart()) {
            HttpResponse<String> refused = second.ask(
                            "GET", "/api/roles", UUID.randomUUID().toString())
                    .join();
            assertThat(refused.statusCode()).isEqualTo(503);
            for (Connection other : others) {
                other.close();
            }
            await().atMost(ONE_SECOND.multipliedBy(Invariant.SLOW_MACHINE))
                    .until(() ->
                            second.ask("GET", "/api/roles", UUID.randomUUID().toString())
                                            .join()
                                            .statusCode()
                                    == 200);
        }
    }

    /** Opens all free connections with a role that may not use the reserved ones. */
    private static void takeEverything(List<Connection> others) throws SQLException {
        while (others.size() < MAX_CONNECTIONS) {
            try {
                others.add(DriverManager.getConnection(
                        postgres.target("postgres", "colleague", "colleague").jdbcUrl(), "colleague", "colleague"));
            } catch (SQLException e) {
                if (!e.getSQLState().equals("53300")) {
                    throw e;
                }
                return;
            }
        }
    }

    private static Probe probe() {
        return server.probe();
    }

    private static void terminate(String which) throws SQLException {
        postgres.execute(
                "postgres",
                "select pg_terminate_backend(pid) from pg_stat_activity" + " where application_name like 'auth/%' and "
                        + which);
    }

    private static long count(String which) throws SQLException {
        return number("select count(*) from pg_stat_activity where application_name like 'auth/%' and " + which);
    }

    private static long backend(String which) throws SQLException {
        return number("select pid from pg_stat_activity where application_name = 'auth/probed' and %s limit 1"
                .formatted(which));
    }

    private static long number(String sql) throws SQLException {
        try (Connection connection = postgres.superuser();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
