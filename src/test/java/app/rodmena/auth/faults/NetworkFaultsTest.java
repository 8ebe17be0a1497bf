package app.rodmena.auth.faults;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.PostgresServer;
import app.rodmena.auth.testing.TestProxy;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Network faults between the server and PostgreSQL. */
class NetworkFaultsTest {
    private static final Duration A_WHILE = Duration.ofMillis(1_500);

    /** Longer than every timeout of the server. */
    private static final Duration LONG = Duration.ofSeconds(3);

    @TempDir
    static Path directory;

    private static TestProxy proxy;
    private static ProbedServer server;

    @BeforeAll
    static void start() throws Exception {
        PostgresServer postgres = PostgresServer.start(directory);
        ProbedServer.prepare(postgres);
        proxy = new TestProxy(ProbedServer.target(postgres));
        server = ProbedServer.start(directory, postgres, proxy.target());
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            server.stop();
        } finally {
            proxy.close();
        }
    }

    @Test
    void everyConnectionIsReset() throws Exception {
        probe().scenario("RST on all sockets").during(() -> {
            for (int i = 0; i < 3; i++) {
                proxy.resetConnections();
                probe().observe(Duration.ofMillis(200));
            }
        });
    }

    @Test
    void nothingIsDeliveredAnyMore() throws Exception {
        probe().scenario("accepts and never answers")
                .expecting("DATABASE_DOWN", this::isDown, Duration.ofSeconds(2))
                .during(() -> {
                    proxy.freeze();
                    probe().observeUntilDiagnosed(Probe.lasting(LONG));
                    proxy.thaw();
                });
    }

    @Test
    void questionsArriveAndAnswersDoNot() throws Exception {
        probe().scenario("one direction delivers nothing")
                .expecting("DATABASE_DOWN", this::isDown, Duration.ofSeconds(2))
                .during(() -> {
                    proxy.freezeAnswers();
                    probe().observeUntilDiagnosed(Probe.lasting(LONG));
                    proxy.thaw();
                });
    }

    @Test
    void openConnectionsAreForgotten() throws Exception {
        // Only the socket timeout detects that no response will come.
        probe().scenario("open connections forgotten")
                .recoversWithin(ProbedServer.SOCKET_TIMEOUT)
                .losingConnections()
                .during(() -> proxy.forgetOpenConnections());
        proxy.resetConnections();
    }

    @Test
    void connectionsAreRefused() throws Exception {
        probe().scenario("connections refused")
                .expecting("DATABASE_DOWN", this::isDown)
                .during(() -> {
                    proxy.stop();
                    probe().observeUntilDiagnosed(Probe.lasting(A_WHILE));
                    proxy.start();
                });
    }

    @Test
    void connectionsAreNotAccepted() throws Exception {
        probe().scenario("no connection is accepted")
                .expecting("DATABASE_DOWN", this::isDown, Duration.ofSeconds(2))
                .during(() -> {
                    proxy.stopAccepting();
                    probe().observeUntilDiagnosed(Probe.lasting(LONG));
                    proxy.start();
                });
    }

    @Test
    void everyPacketTakes200Milliseconds() throws Exception {
        Recording seen = probe().scenario("200 ms of delay").during(() -> {
            proxy.delay(Duration.ofMillis(200));
            probe().observe(Probe.lasting(LONG));
            proxy.delay(Duration.ZERO);
        });
        assertThat(seen.health()).allMatch(Recording.HealthSample::healthy);
    }

    private boolean isDown(Recording.DiagnosisSample sample) {
        return sample.situation().equals("DATABASE_DOWN");
    }

    private static Probe probe() {
        return server.probe();
    }
}
