package app.rodmena.auth.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.PostgresServer;
import app.rodmena.auth.testing.PostgresServer.Mode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL's processes end, stop and come back. */
class BackendFaultsTest {
    private static final Duration A_WHILE = Duration.ofMillis(1_500);

    @TempDir
    static Path directory;

    private static PostgresServer postgres;

    @AutoClose("stop")
    private static ProbedServer server;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start(directory);
        ProbedServer.prepare(postgres);
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
                .during(() -> PostgresServer.signal(backend(), "KILL"));
    }

    @Test
    void thePostmasterIsKilledAndStartedAgain() throws Exception {
        probe().scenario("kill -9 of the postmaster")
                .expecting("DATABASE_DOWN", sample -> sample.situation().equals("DATABASE_DOWN"))
                .during(() -> {
                    postgres.stop(Mode.KILL);
                    probe().observe(A_WHILE);
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
    void postgresIsSilent() throws Exception {
        probe().scenario("SIGSTOP for all of PostgreSQL")
                .expecting("DATABASE_DOWN", sample -> sample.situation().equals("DATABASE_DOWN"), Duration.ofSeconds(2))
                .during(() -> {
                    postgres.freeze();
                    probe().observe(Probe.lasting(Duration.ofSeconds(3)));
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

    private static long backend() throws SQLException {
        return number("select pid from pg_stat_activity where application_name = 'auth/probed' limit 1");
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
