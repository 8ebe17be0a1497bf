package app.rodmena.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.capacity.BudgetExceededException;
import app.rodmena.auth.capacity.BudgetPolicy;
import app.rodmena.auth.capacity.CapacityConfig;
import app.rodmena.auth.capacity.FleetWatch;
import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.PostgresServer;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import app.rodmena.auth.testing.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several members of a fleet on one small PostgreSQL. Each finds the others only in pg_stat_activity. Members run in
 * this JVM unless a test checks an exit code, output, a kill or a request.
 */
class FleetBudgetTest {
    /** Room for four processes of 4 + 2 and one that watches, with three to spare. */
    private static final int MAX_CONNECTIONS = 3 + 4 * 7 + 3;

    /** How long a server waits for its admission, and then for its database, before it serves. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    private final List<AuthProcess> processes = new ArrayList<>();
    private final List<Member> members = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(5);
    private PostgresServer postgres;

    @BeforeEach
    void startPostgres() throws Exception {
        postgres = PostgresServer.start(directory, "max_connections=" + MAX_CONNECTIONS);
    }

    @AfterEach
    void stop() {
        processes.forEach(AuthProcess::terminate);
        processes.forEach(AuthProcess::close);
        members.forEach(Member::close);
        threads.shutdownNow();
        postgres.close();
    }

    @Test
    void ofFiveThatStartAtOnceTheFourThatFitStayAndTheShareOfOneThatDiesIsFreeAtOnce() throws Exception {
        List<TestProxy> proxies = new ArrayList<>();
        try {
            List<CompletableFuture<Member>> starts = new ArrayList<>();
            for (int i = 1; i <= 5; i++) {
                TestProxy proxy = new TestProxy(direct());
                proxies.add(proxy);
                String instance = "fleet-" + i;
                starts.add(CompletableFuture.supplyAsync(() -> join(proxy.target(), instance, 4, 2), threads));
            }
            List<Throwable> refusals = new ArrayList<>();
            for (CompletableFuture<Member> start : starts) {
                start.handle((member, failure) -> failure == null || refusals.add(failure.getCause()))
                        .get(180, TimeUnit.SECONDS);
            }

            assertThat(refusals)
                    .singleElement()
                    .asInstanceOf(throwable(BudgetExceededException.class))
                    .hasMessageContaining("no room for the 7 connections that this process may open (4 + 2, and")
                    // Of 31, or of fewer while a session is there that has not said its name yet.
                    .message()
                    .containsPattern(
                            "28 of (31|30|29) connections are committed to 4 processes \\(max_connections 34, 3");
            assertThat(members).hasSize(4).allMatch(Member::isAdmitted);

            int dying = IntStream.range(0, 5)
                    .filter(i -> !starts.get(i).isCompletedExceptionally())
                    .findFirst()
                    .orElseThrow();
            proxies.get(dying).stop();

            join(direct(), "fleet-6", 4, 2);
            assertThat(members).hasSize(5).allMatch(Member::isAdmitted);
        } finally {
            members.forEach(Member::close);
            proxies.forEach(TestProxy::close);
        }
    }

    @Test
    void oneThatDoesNotFitIsToldSoAndStaysIfItOnlyIsToBeWarned() throws Exception {
        try (LogOf log = LogOf.logger("auth.capacity");
                AuthServer server = AuthServer.start(config(direct(), BudgetPolicy.WARN, 20, 20))) {
            await().until(() ->
                    String.join("\n", log.lines()).contains("The fleet does not fit: no room for the 41 connections"));
            assertThat(statusOfPing(server)).isEqualTo(200);
        }
    }

    @Test
    void offNeitherWarnsNorRefuses() throws Exception {
        try (LogOf log = LogOf.logger("auth.capacity");
                AuthServer server = AuthServer.start(config(direct(), BudgetPolicy.OFF, 20, 20))) {
            await().until(() -> server.fleet().latest().isPresent());

            assertThat(log.lines()).noneMatch(line -> line.contains("fit"));
        }
    }

    @Test
    void oneThatHadToWaitForItsDatabaseEndsAsSoonAsItKnowsThatItDoesNotFit() throws Exception {
        join(direct(), "first", 25, 5);
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
            try (LogOf log = LogOf.logger("auth.capacity");
                    AuthServer server = AuthServer.start(config(pooler.target(), BudgetPolicy.REFUSE, 50, 5))) {
                assertThat(log.lines())
                        .anySatisfy(
                                line -> assertThat(line).contains("The fleet's budget is not monitored: ", "pooler"));
                assertThat(statusOfPing(server)).isEqualTo(200);
            }
        }
    }

    @Test
    void processesWithOneNameAreCountedEach() throws Exception {
        String[] pool = {"--pool-size=10", "--max-overflow=4"};
        AuthProcess first = start("same", "refuse", pool).awaitStart();
        join(direct(), "same", 10, 4);

        AuthProcess third = start("same", "refuse", pool);

        assertThat(third.awaitEnd()).isEqualTo(1);
        assertThat(third.out()).doesNotContain("Listening");
        assertThat(third.err())
                .contains("Stopped: no room for the 15 connections that this process may open (10 + 4, and")
                .containsPattern("30 of (31|30|29) connections are committed to 2 processes")
                .doesNotContain("\tat ");
        assertThat(first.err()).doesNotContain("does not fit");

        first.kill();

        join(direct(), "same", 10, 4);
    }

    @Test
    void afterAFailoverOneOfTwoThatWereAdmittedWithoutEachOtherEnds() throws Exception {
        try (PostgresServer standby = postgres.standby();
                TestProxy proxy = new TestProxy(superuser(standby))) {
            proxy.stop();
            Member established = join(targetOf(postgres, proxyPort(proxy)), "same", 20, 4);
            postgres.stop(PostgresServer.Mode.IMMEDIATE);
            standby.execute("postgres", "select pg_promote()");
            Member hasty = join(targetOf(postgres, standby.port()), "same", 20, 4);

            proxy.start();

            // Here both have been admitted less than 30 s ago, so that either may have to go.
            Member ended = await().until(
                            () -> Stream.of(hasty, established)
                                    .filter(member -> !member.isAdmitted())
                                    .findFirst(),
                            Optional::isPresent)
                    .get();
            assertThat(ended.watch.refusal().join())
                    .hasMessageContaining("no room for the 25 connections that this process may open");
            ended.close();
            Member other = ended.equals(hasty) ? established : hasty;
            await().ignoreExceptions().until(() -> other.countRoles() == 0);
            assertThat(other.isAdmitted()).isTrue();
        }
    }

    @Test
    void aRestartWithAnotherMaxConnectionsChangesTheRoomAndEndsNoProcess() throws Exception {
        Member first = join(direct(), "first", 10, 5);
        Member second = join(direct(), "second", 5, 5);
        try (LogOf log = LogOf.logger("auth.capacity")) {
            restart(postgres, MAX_CONNECTIONS - 10);

            await().until(() -> !first.fits()
                    && log.lines().stream()
                            .anyMatch(line ->
                                    line.matches("The fleet no longer fits: \\d+ of 21 connections are committed.*")));
            assertThatThrownBy(() -> join(direct(), "third", 1, 0)).isInstanceOf(BudgetExceededException.class);

            restart(postgres, MAX_CONNECTIONS + 10);

            await().until(() -> first.fits()
                    && log.lines().stream()
                            .anyMatch(line ->
                                    line.matches("The fleet fits again: \\d+ of 41 connections are committed.*")));
            join(direct(), "fourth", 5, 5);
            assertThat(first.isAdmitted() && second.isAdmitted()).isTrue();
        }
    }

    private static void restart(PostgresServer server, int maxConnections) throws Exception {
        server.execute("postgres", "alter system set max_connections = " + maxConnections);
        server.stop(PostgresServer.Mode.FAST);
        server.start();
    }

    private static DatabaseTarget superuser(PostgresServer server) {
        return server.target("postgres", "postgres", "");
    }

    private static DatabaseTarget targetOf(PostgresServer first, int furtherPort) {
        return DatabaseUrl.parse(
                        "postgresql://postgres@127.0.0.1:%d,127.0.0.1:%d/postgres".formatted(first.port(), furtherPort))
                .target();
    }

    private static int proxyPort(TestProxy proxy) {
        return URI.create(proxy.target().jdbcUrl().substring("jdbc:".length())).getPort();
    }

    /** The other process has the same name, so that the name does not tell whose the connections are. */
    @Test
    void oneThatServesBeforeItHasDecidedNeedsRoomForItsConnectionsOnce() throws Exception {
        join(direct(), "early", 1, 0);
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
        flags.addAll(List.of(more));
        String url = "postgresql://postgres@127.0.0.1:%d/postgres".formatted(postgres.port());
        AuthProcess process =
                AuthProcess.start(directory, Map.of("AUTH_DATABASE_URL", url), flags.toArray(String[]::new));
        processes.add(process);
        return process;
    }

    /** Starts a member, as a server's start does; fails with {@link BudgetExceededException} if it is refused. */
    private Member join(DatabaseTarget target, String instance, int poolSize, int maxOverflow) {
        DatabaseEngine engine = new DatabaseEngine(
                new DatabaseConfig(target, PoolSettings.DEFAULT.withSize(poolSize, maxOverflow), instance));
        Member member = new Member(engine, new FleetWatch(engine, BudgetPolicy.REFUSE));
        try {
            member.watch.awaitAdmission(START_TIMEOUT);
            engine.awaitFirstAttempt(START_TIMEOUT);
        } catch (RuntimeException e) {
            member.close();
            throw e;
        }
        members.add(member);
        return member;
    }

    /** A process of the fleet as the others see it: an engine with its fleet watch. */
    private record Member(DatabaseEngine engine, FleetWatch watch) implements AutoCloseable {
        boolean isAdmitted() {
            return !watch.refusal().isDone();
        }

        boolean fits() {
            return watch.reading().fits();
        }

        int countRoles() {
            return engine.call(
                            CallContext.named("test"),
                            handle -> handle.createQuery("select count(*) from auth_group")
                                    .mapTo(Integer.class)
                                    .one())
                    .toCompletableFuture()
                    .join();
        }

        @Override
        public void close() {
            watch.close();
            engine.close();
        }
    }

    private static ServerConfig config(DatabaseTarget target, BudgetPolicy budget, int poolSize, int maxOverflow) {
        return TestServer.config(target)
                .withPool(PoolSettings.DEFAULT.withSize(poolSize, maxOverflow))
                .withCapacity(new CapacityConfig(budget, CapacityConfig.DEFAULT.waitTarget()))
                .withFailFast(false);
    }

    private static int statusOfPing(AuthServer server) throws Exception {
        HttpRequest ping =
                HttpRequest.newBuilder(URI.create(server.apiUrl() + "/ping")).build();
        return HttpClient.newHttpClient().send(ping, BodyHandlers.discarding()).statusCode();
    }
}
