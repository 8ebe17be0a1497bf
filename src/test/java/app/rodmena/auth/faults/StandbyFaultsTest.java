package app.rodmena.auth.faults;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.PostgresServer;
import app.rodmena.auth.testing.Program;
import app.rodmena.auth.testing.TestProxy;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The primary's address leads to a standby, the primary becomes read-only, or one of several hosts is down. */
class StandbyFaultsTest {
    private static final Duration A_WHILE = Duration.ofSeconds(2);

    @TempDir
    static Path directory;

    private static PostgresServer primary;
    private static PostgresServer standby;
    private static TestProxy proxy;
    private static ProbedServer server;

    @BeforeAll
    static void start() throws Exception {
        primary = PostgresServer.start(directory);
        ProbedServer.prepare(primary);
        standby = primary.standby();
        proxy = new TestProxy(ProbedServer.target(primary));
        // The first host is down, the second is the standby.
        String url = ProbedServer.url(proxy.target());
        String hosts = "127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:".formatted(Program.freePort(), standby.port());
        server = ProbedServer.start(directory, primary, url.replace("127.0.0.1:", hosts), Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            server.stop();
        } finally {
            proxy.close();
            standby.close();
        }
    }

    @Test
    void theAddressLeadsToAStandbyForAWhile() throws Exception {
        // The standby's data stays as it is now.
        standby.execute("postgres", "select pg_wal_replay_pause()");
        DatabaseTarget primaryBehind = ProbedServer.target(primary);
        probe().scenario("the address leads to a standby").during(() -> {
            proxy.moveTo(ProbedServer.target(standby));
            proxy.resetConnections();
            probe().observe(A_WHILE);
            // Open sessions on the standby stay connected.
            proxy.moveTo(primaryBehind);
        });
        standby.execute("postgres", "select pg_wal_replay_resume()");
    }

    @Test
    void newSessionsAreReadOnlyForAWhile() throws Exception {
        probe().scenario("default_transaction_read_only").during(() -> {
            everySessionWith("set default_transaction_read_only = on");
            probe().observe(A_WHILE);
            // Open read-only sessions stay connected.
            primary.execute(
                    "postgres",
                    "alter database %s reset default_transaction_read_only".formatted(ProbedServer.DATABASE));
        });
    }

    @Test
    void theStandbyStopsAndComesBack() throws Exception {
        probe().scenario("the standby stopped").during(() -> {
            standby.stop(PostgresServer.Mode.FAST);
            probe().observe(Duration.ofMillis(500));
            standby.start();
        });
    }

    /** Sets the setting for new sessions and terminates the open ones. */
    private static void everySessionWith(String setting) throws SQLException {
        primary.execute(
                "postgres",
                "alter database %s %s".formatted(ProbedServer.DATABASE, setting),
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'auth/%'");
    }

    private static Probe probe() {
        return server.probe();
    }
}
