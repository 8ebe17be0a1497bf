package app.rodmena.auth.faults;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.PostgresServer;
import app.rodmena.auth.testing.TestPgBouncer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PgBouncer in front of PostgreSQL pauses, restarts, has few connections or refuses start-up options. */
class PoolerFaultsTest {
    private static final Duration A_WHILE = Duration.ofMillis(1_500);

    /** More connections than the server's pool opens. */
    private static final int ENOUGH = 20;

    @TempDir
    static Path directory;

    private static PostgresServer postgres;
    private static TestPgBouncer pooler;
    private static ProbedServer server;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start(directory);
        ProbedServer.prepare(postgres);
        pooler = startPooler("transaction", ENOUGH, "");
        server = ProbedServer.start(directory, postgres, pooler.target());
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            server.stopKeepingPostgres();
        } finally {
            pooler.close();
            postgres.close();
        }
    }

    @Test
    void itPausesReconnectsAndRestarts() throws Exception {
        resize(ENOUGH);
        Probe probe = server.probe();
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
    }

    /**
     * KILL ends PgBouncer's logins, too, and PgBouncer then waits for server_login_retry. Clients therefore recover
     * within a few seconds only with the setting of the reference configuration.
     */
    @Test
    void itReconnectsAndKillsAllConnections() throws Exception {
        resize(ENOUGH);
        Probe probe = server.probe();
        probe.scenario("RECONNECT, KILL and RESUME")
                .recoversWithin(Duration.ofSeconds(1))
                .during(() -> {
                    pooler.command("RECONNECT");
                    pooler.command("KILL " + ProbedServer.DATABASE);
                    probe.observe(A_WHILE);
                    pooler.command("RESUME " + ProbedServer.DATABASE);
                });
    }

    /**
     * In session mode the monitor occupies one connection of PgBouncer, and the pool may open 5. A request on a
     * connection beyond PgBouncer's limit waits until query_wait_timeout and is answered 503. As this depends only on
     * which requests overlap, and not on the lock, recovery has no time limit there.
     */
    @ParameterizedTest
    @CsvSource({"transaction, 5", "transaction, 2", "transaction, 1", "session, 4", "session, 2"})
    void itIsFullAndThatIsNoOutage(String mode, int size) throws Exception {
        if (mode.equals("transaction")) {
            resize(size);
            isFullAndThatIsNoOutage(mode, size, server.probe());
            return;
        }
        try (TestPgBouncer ofSessions = startPooler(mode, size, "query_wait_timeout = 1")) {
            ProbedServer behind = ProbedServer.start(directory, postgres, ofSessions.target());
            try {
                isFullAndThatIsNoOutage(mode, size, behind.probe());
            } finally {
                behind.stopKeepingPostgres();
            }
        }
    }

    private static void isFullAndThatIsNoOutage(String mode, int size, Probe probe) throws Exception {
        Recording full = probe.scenario("a PgBouncer with %d connections is full, pool_mode %s".formatted(size, mode))
                .recoversWithin(Duration.ofSeconds(mode.equals("session") ? 60 : 1))
                .during(() -> {
                    try (Connection locker = postgres.superuser(ProbedServer.DATABASE);
                            var statement = locker.createStatement()) {
                        locker.setAutoCommit(false);
                        statement.execute("lock table auth_group in access exclusive mode");
                        probe.observe(A_WHILE);
                    }
                });
        probe.awaitRightAnswers(10);
        Duration ended = full.fault().ended();
        assertThat(full.health()).allMatch(Recording.HealthSample::healthy);
        assertThat(full.diagnoses()).noneMatch(sample -> sample.situation().equals("DATABASE_DOWN"));
        assertThat(full.exchanges())
                .as("requests sent after the lock's end are not kept waiting by PgBouncer")
                .filteredOn(exchange -> exchange.sent().compareTo(ended) > 0)
                .filteredOn(exchange -> exchange.took().compareTo(ProbedServer.SOCKET_TIMEOUT) >= 0)
                .isEmpty();
    }

    private static String loginRetry() throws IOException {
        return Files.readAllLines(Path.of("src/deploy/pgbouncer/pgbouncer.ini")).stream()
                .filter(line -> line.startsWith("server_login_retry"))
                .findFirst()
                .orElseThrow();
    }

    private static TestPgBouncer startPooler(String mode, int size, String more) throws IOException {
        return TestPgBouncer.start(
                postgres.target(ProbedServer.DATABASE, "postgres", ""), """
                pool_mode = %s
                default_pool_size = %d
                %s
                %s
                """.formatted(mode, size, loginRetry(), more));
    }

    /** Changes the size of the pool of the running PgBouncer, which closes its former connections. */
    private static void resize(int size) throws Exception {
        pooler.command("SET default_pool_size = " + size);
        pooler.command("RECONNECT");
    }
}
