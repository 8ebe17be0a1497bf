package app.rodmena.auth.faults;

import app.rodmena.auth.testing.PostgresServer;
import app.rodmena.auth.testing.TestPgBouncer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PgBouncer stands before PostgreSQL: it pauses, restarts, has few connections, refuses start-up options. */
class PoolerFaultsTest {
    private static final Duration A_WHILE = Duration.ofMillis(1_500);

    @TempDir
    static Path directory;

    @AutoClose
    private static PostgresServer postgres;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start(directory);
        ProbedServer.prepare(postgres);
    }

    @Test
    void itPausesReconnectsAndRestarts() throws Exception {
        behind(20, (pooler, probe) -> {
            probe.scenario("PAUSE and RESUME").during(() -> {
                pooler.command("PAUSE");
                probe.observe(A_WHILE);
                pooler.command("RESUME");
            });
            probe.scenario("RECONNECT").during(() -> {
                pooler.command("RECONNECT");
                probe.observe(Duration.ofMillis(500));
            });
            probe.scenario("restart").during(() -> {
                pooler.stop();
                probe.observe(Duration.ofMillis(500));
                pooler.start();
            });
        });
    }

    @FunctionalInterface
    private interface Scenarios {
        void run(TestPgBouncer pooler, Probe probe) throws Exception;
    }

    private static void behind(int size, Scenarios scenarios) throws Exception {
        try (TestPgBouncer pooler =
                TestPgBouncer.start(postgres.target(ProbedServer.DATABASE, "postgres", ""), """
                        pool_mode = transaction
                        default_pool_size = %d
                        """.formatted(size))) {
            ProbedServer server = ProbedServer.start(directory, postgres, pooler.target());
            try {
                scenarios.run(pooler, server.probe());
            } finally {
                server.stopKeepingPostgres();
            }
        }
    }
}
