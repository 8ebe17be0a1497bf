package app.rodmena.auth.faults;

import app.rodmena.auth.testing.PostgresServer;
import app.rodmena.auth.testing.TestHaProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HAProxy drains the primary: open sessions stay on it, new connections are refused or routed to the standby. */
class HaProxyFaultsTest {
    private static final Duration A_WHILE = Duration.ofMillis(1_500);

    @TempDir
    static Path directory;

    @AutoClose
    private static PostgresServer primary;

    @AutoClose
    private static PostgresServer standby;

    @AutoClose
    private static TestHaProxy proxy;

    private static ProbedServer server;

    @BeforeAll
    static void start() throws Exception {
        primary = PostgresServer.start(directory);
        ProbedServer.prepare(primary);
        standby = primary.standby();
        proxy = TestHaProxy.start(directory, """
                server primary 127.0.0.1:%d
                server standby 127.0.0.1:%d disabled
                """.formatted(primary.port(), standby.port()));
        server = ProbedServer.start(directory, primary, proxy.target(ProbedServer.target(primary)));
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.stop();
        }
    }

    @Test
    void newConnectionsAreRefused() throws Exception {
        probe().scenario("HAProxy drains the primary, and no server is left")
                .expecting("DATABASE_DOWN", sample -> sample.situation().equals("DATABASE_DOWN"), Duration.ofSeconds(2))
                .during(() -> {
                    set("primary", "drain");
                    probe().observe(Probe.lasting(A_WHILE));
                    endSessions();
                    probe().observeUntilDiagnosed(Probe.lasting(A_WHILE));
                    set("primary", "ready");
                });
    }

    @Test
    void newConnectionsLeadToTheStandby() throws Exception {
        // The standby's data stays as it is now.
        standby.execute("postgres", "select pg_wal_replay_pause()");
        probe().scenario("HAProxy drains the primary, and the standby is left").during(() -> {
            set("standby", "ready");
            set("primary", "drain");
            endSessions();
            probe().observe(Probe.lasting(A_WHILE));
            // Open sessions on the standby stay connected.
            set("primary", "ready");
            set("standby", "maint");
        });
        standby.execute("postgres", "select pg_wal_replay_resume()");
    }

    private static void set(String name, String state) throws IOException {
        proxy.command("set server backends/%s state %s".formatted(name, state));
    }

    private static void endSessions() throws SQLException {
        primary.execute(
                "postgres",
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'auth/%'");
    }

    private static Probe probe() {
        return server.probe();
    }
}
