package app.rodmena.auth;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.PostgresServer;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one small PostgreSQL: each has to know of the others from pg_stat_activity alone. */
class FleetBudgetTest {
    /** Room for four processes of 4 + 2 and one that watches, with three to spare. */
    private static final int MAX_CONNECTIONS = 3 + 4 * 7 + 3;

    @TempDir
    Path directory;

    private final List<AuthProcess> processes = new ArrayList<>();
    private PostgresServer postgres;

    @BeforeEach
    void startPostgres() throws Exception {
        postgres = PostgresServer.start(directory, "max_connections=" + MAX_CONNECTIONS);
    }

    @AfterEach
    void stop() {
        processes.forEach(AuthProcess::terminate);
        processes.forEach(AuthProcess::close);
        postgres.close();
    }

    @Test
    void ofFiveThatStartAtOnceTheFourThatFitStayAndTheShareOfOneThatDiesIsFreeAtOnce() throws Exception {
        for (int i = 1; i <= 5; i++) {
            start("fleet-" + i, "refuse");
        }
        await().atMost(180, TimeUnit.SECONDS).until(() -> running() + ended() == 5);
        assertThat(running())
                .as(() -> String.join(
                        "\n", processes.stream().map(AuthProcess::err).toList()))
                .isEqualTo(4);
        AuthProcess refused = processes.stream()
                .filter(process -> !process.isAlive())
                .findFirst()
                .orElseThrow();
        assertThat(refused.awaitEnd()).isEqualTo(1);
        assertThat(refused.out()).doesNotContain("Listening");
        assertThat(refused.err())
                .contains("Stopped: no room for the 7 connections that this process may open (4 + 2, and")
                // Of 31, or of fewer while a session is there that has not said its name yet.
                .containsPattern("28 of (31|30|29) connections are committed to 4 processes \\(max_connections 34, 3")
                .doesNotContain("\tat ");
        assertThat(processes.stream().filter(AuthProcess::isAlive))
                .allSatisfy(process -> assertThat(process.err()).doesNotContain("does not fit"));

        processes.stream()
                .filter(AuthProcess::isAlive)
                .findFirst()
                .orElseThrow()
                .kill();

        start("fleet-6", "refuse").awaitStart();
        assertThat(running()).isEqualTo(4);
    }

    @Test
    void oneThatDoesNotFitIsToldSoAndStaysIfItOnlyIsToBeWarned() throws Exception {
        AuthProcess process =
                start("large", "warn", "--pool-size=20", "--max-overflow=20").awaitStart();

        await().until(() -> process.err().contains("The fleet does not fit: no room for the 41 connections"));
        assertThat(process.ask("GET", "/ping", "none").get().statusCode()).isEqualTo(200);
    }

    @Test
    void itLooksAtNothingIfItIsToldNotTo() throws Exception {
        AuthProcess process =
                start("large", "off", "--pool-size=20", "--max-overflow=20").awaitStart();

        assertThat(process.err()).doesNotContain("fit");
    }

    @Test
    void oneThatHadToWaitForItsDatabaseEndsAsSoonAsItKnowsThatItDoesNotFit() throws Exception {
        start("first", "refuse", "--pool-size=25", "--max-overflow=5").awaitStart();
        try (TestProxy proxy = new TestProxy(direct())) {
            proxy.stop();
            AuthProcess second = start("second", "refuse", through(proxy)).awaitStart();
            proxy.start();

            assertThat(second.awaitEnd()).isEqualTo(1);
            assertThat(second.err()).contains("Stopped: no room for the 11 connections");
        }
    }

    @Test
    void behindAPoolerItSaysThatItCannotSeeTheFleetAndRuns() throws Exception {
        try (TestProxy pooler = new TestProxy(direct())) {
            pooler.refuseOptions();
            AuthProcess process =
                    start("pooled", "refuse", through(pooler), "--pool-size=50").awaitStart();

            assertThat(process.err()).contains("The fleet's budget is not monitored: ", "pooler");
            assertThat(process.ask("GET", "/ping", "none").get().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void processesWithOneNameAreCountedEach() throws Exception {
        String[] pool = {"--pool-size=10", "--max-overflow=4"};
        AuthProcess first = start("same", "refuse", pool).awaitStart();
        start("same", "refuse", pool).awaitStart();

        AuthProcess third = start("same", "refuse", pool);

        assertThat(third.awaitEnd()).isEqualTo(1);
        assertThat(third.err()).containsPattern("30 of (31|30|29) connections are committed to 2 processes");

        first.kill();

        start("same", "refuse", pool).awaitStart();
    }

    @Test
    void afterAFailoverOneOfTwoThatWereAdmittedWithoutEachOtherEnds() throws Exception {
        try (PostgresServer standby = postgres.standby();
                TestProxy proxy = new TestProxy(superuser(standby))) {
            proxy.stop();
            String[] pool = {"--pool-size=20", "--max-overflow=4"};
            AuthProcess established = start("same", "refuse", pool[0], pool[1], urlOf(postgres, proxyPort(proxy)))
                    .awaitStart();
            postgres.stop(PostgresServer.Mode.IMMEDIATE);
            standby.execute("postgres", "select pg_promote()");
            AuthProcess hasty = start("same", "refuse", pool[0], pool[1], urlOf(postgres, standby.port()))
                    .awaitStart();

            proxy.start();

            // Here both have been admitted less than 30 s ago, so that either may have to go.
            AuthProcess ended = await().until(
                            () -> Stream.of(hasty, established)
                                    .filter(process -> !process.isAlive())
                                    .findFirst(),
                            Optional::isPresent)
                    .get();
            assertThat(ended.awaitEnd()).as(ended.err()).isEqualTo(1);
            assertThat(ended.err()).contains("Stopped: no room for the 25 connections that this process may open");
            AuthProcess other = ended == hasty ? established : hasty;
            await().until(() -> other.ask("GET", "/api/roles", UUID.randomUUID().toString())
                            .get()
                            .statusCode()
                    == 200);
        }
    }

    @Test
    void aRestartWithAnotherMaxConnectionsChangesTheRoomAndEndsNoProcess() throws Exception {
        AuthProcess first = start("first", "refuse", "--pool-size=10").awaitStart();
        AuthProcess second = start("second", "refuse", "--pool-size=5").awaitStart();

        restart(postgres, MAX_CONNECTIONS - 10);

        await().until(() ->
                first.err().matches("(?s).*The fleet no longer fits: \\d+ of 21 connections are committed.*"));
        AuthProcess third = start("third", "refuse", "--pool-size=1", "--max-overflow=0");
        assertThat(third.awaitEnd()).isEqualTo(1);

        restart(postgres, MAX_CONNECTIONS + 10);

        await().until(() -> first.err().matches("(?s).*The fleet fits again: \\d+ of 41 connections are committed.*"));
        start("fourth", "refuse", "--pool-size=5").awaitStart();
        assertThat(first.isAlive() && second.isAlive()).isTrue();
    }

    private static void restart(PostgresServer server, int maxConnections) throws Exception {
        server.execute("postgres", "alter system set max_connections = " + maxConnections);
        server.stop(PostgresServer.Mode.FAST);
        server.start();
    }

    private static DatabaseTarget superuser(PostgresServer server) {
        return server.target("postgres", "postgres", "");
    }

    private static String urlOf(PostgresServer first, int... furtherPorts) {
        String further =
                Arrays.stream(furtherPorts).mapToObj(",127.0.0.1:%d"::formatted).collect(joining());
        return "--database-url=postgresql://postgres@127.0.0.1:%d%s/postgres".formatted(first.port(), further);
    }

    private static int proxyPort(TestProxy proxy) {
        return URI.create(proxy.target().jdbcUrl().substring("jdbc:".length())).getPort();
    }

    /** The other process has the same name, so that the name does not tell whose the connections are. */
    @Test
    void oneThatServesBeforeItHasDecidedNeedsRoomForItsConnectionsOnce() throws Exception {
        start("early", "refuse", "--pool-size=1", "--max-overflow=0").awaitStart();
        try (TestProxy proxy = new TestProxy(direct())) {
            proxy.stop();
            // It takes all the room there is but for one connection: that of this test, which lets it decide late.
            AuthProcess process = start("early", "refuse", through(proxy), "--pool-size=5", "--max-overflow=22")
                    .awaitStart();
            try (Connection other = TestPostgres.connect(direct());
                    Statement statement = other.createStatement()) {
                statement.execute("select pg_advisory_lock(1635087464, 2), pg_advisory_lock(1635087464, 3)");
                proxy.start();
                String key = UUID.randomUUID().toString();
                await().until(() -> process.ask("GET", "/api/roles", key).get().statusCode() == 200);
                openConnections(process, key);
                statement.execute("select pg_advisory_unlock(1635087464, 2)");
                await().until(() -> Boolean.TRUE.equals(isUndecided(statement)));

                statement.execute("select pg_advisory_unlock(1635087464, 3)");

                await().until(() -> !process.isAlive() || Boolean.FALSE.equals(isUndecided(statement)));

                assertThat(process.isAlive()).as(process.err()).isTrue();
            }
        }
    }

    /** Makes the process open four connections, by requests that wait for a lock. */
    private void openConnections(AuthProcess process, String key) throws SQLException {
        List<CompletableFuture<HttpResponse<String>>> requests = new ArrayList<>();
        try (Connection locker = TestPostgres.connect(direct());
                Statement lock = locker.createStatement();
                Connection observer = TestPostgres.connect(direct());
                Statement statement = observer.createStatement()) {
            locker.setAutoCommit(false);
            lock.execute("lock table auth_group in access exclusive mode");
            for (int i = 0; i < 4; i++) {
                requests.add(process.ask("POST", "/api/role/role-" + i, key));
            }
            await().until(() -> {
                try (var waiting = statement.executeQuery("""
                        select count(*) from pg_stat_activity
                        where application_name = 'auth/early' and wait_event_type = 'Lock'
                        """)) {
                    return waiting.next() && waiting.getInt(1) == requests.size();
                }
            });
        }
        assertThat(requests).allMatch(request -> request.join().statusCode() == 200);
    }

    /** Whether the process {@code early} has the mark of those that have not decided; null if there is no process. */
    private static Boolean isUndecided(Statement statement) throws SQLException {
        try (var early = statement.executeQuery("""
                select exists (select from pg_locks
                               where pg_locks.pid = pg_stat_activity.pid and locktype = 'advisory'
                                 and classid = 1635087464 and objid = 2)
                from pg_stat_activity where application_name = 'auth/early/5+22'
                """)) {
            return early.next() ? early.getBoolean(1) : null;
        }
    }

    private DatabaseTarget direct() {
        return superuser(postgres);
    }

    private static String through(TestProxy proxy) {
        return "--database-url="
                + proxy.target().jdbcUrl().replace("//", "//postgres@").substring("jdbc:".length());
    }

    private AuthProcess start(String instance, String budget, String... more) throws IOException {
        List<String> flags = new ArrayList<>(List.of("--port=0", "--instance=" + instance, "--budget=" + budget));
        flags.addAll(more.length == 0 ? List.of("--pool-size=4", "--max-overflow=2") : List.of(more));
        String url = "postgresql://postgres@127.0.0.1:%d/postgres".formatted(postgres.port());
        AuthProcess process =
                AuthProcess.start(directory, Map.of("AUTH_DATABASE_URL", url), flags.toArray(String[]::new));
        processes.add(process);
        return process;
    }

    private long running() {
        return processes.stream()
                .filter(process -> process.isAlive() && process.out().contains("Try it"))
                .count();
    }

    private long ended() {
        return processes.stream().filter(process -> !process.isAlive()).count();
    }
}
