package app.rodmena.auth.diagnosis.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.diagnosis.incident.BackendActions.ActionFailedException;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Each action on real backends, and its refusals. */
class BackendActionsTest {
    private static final PoolSettings SMALL = PoolSettings.DEFAULT.withSize(2, 1);

    private final DatabaseTarget target = MigratedDatabase.fresh();

    @Test
    void cancelsAStatementAndKeepsItsConnection() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, config(false))) {
            BackendActions actions = remedies(server, false);
            CompletionStage<Object> slow = server.engine.call(
                    CallContext.named("GET /slow"),
                    handle -> handle.createQuery("select pg_sleep(20), 'secret'")
                            .mapToMap()
                            .list());
            int id = connectionOf(server, "pg_sleep");

            await().untilAsserted(() -> assertThat(actions.cancelQuery(id, true).outcome())
                    .startsWith("would cancel the statement of backend ")
                    .contains("pg_sleep(?), ?")
                    .doesNotContain("secret"));
            assertThat(slow.toCompletableFuture()).isNotDone();
            assertThat(actions.cancelQuery(id, false).outcome()).startsWith("cancelled the statement of backend ");
            await().until(() -> slow.toCompletableFuture().isCompletedExceptionally());
            await().until(() -> server.engine.pool().snapshot().checkedOut() == 0);

            assertThatThrownBy(() -> actions.cancelQuery(id, false))
                    .isInstanceOfSatisfying(ActionFailedException.class, BackendActionsTest::isRefused)
                    .hasMessageStartingWith("no statement runs on connection " + id);
            assertThatThrownBy(() -> actions.cancelQuery(4711, false)).hasMessage("the pool has no connection 4711");
            assertThat(server.engine.events().count(PoolEventKind.CLOSE)).isZero();
        }
    }

    @Test
    void terminatesABackendOfThePoolAndReplacesItsConnection() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, config(false))) {
            BackendActions actions = remedies(server, false);
            assertThat(server.get("/api/roles").join().statusCode()).isEqualTo(200);
            int pid = server.engine.pool().connections().get(0).backendPid();
            assertThat(actions.terminateBackend(pid, true).outcome()).startsWith("would terminate backend " + pid);
            assertThat(server.engine.pool().snapshot().totalConnections()).isEqualTo(1);
            assertThat(actions.terminateBackend(pid, false)).satisfies(result -> {
                assertThat(result.dryRun()).isFalse();
                assertThat(result.action()).isEqualTo("terminateBackend " + pid);
                assertThat(result.outcome()).startsWith("terminated backend %d (auth/test, user ".formatted(pid));
            });
            await().untilAsserted(() -> assertThatThrownBy(() -> actions.terminateBackend(pid, false))
                    .hasMessage("there is no client backend with pid " + pid));
            await().pollDelay(Duration.ofMillis(600))
                    .untilAsserted(
                            () -> assertThat(server.get("/api/roles").join().statusCode())
                                    .isEqualTo(200));
        }
    }

    @Test
    void terminatesOtherBackendsOnlyIfTheyBlockAndItIsAllowed() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, config(false));
                Connection blocker = TroubledServer.otherSession(target);
                Connection bystander = TroubledServer.otherSession(target)) {
            int bystanderPid = TroubledServer.pidOf(bystander);
            int blockerPid = TroubledServer.lock(blocker);
            CompletableFuture<HttpResponse<String>> blocked = server.get("/api/roles");
            BackendActions restricted = remedies(server, false);
            await().untilAsserted(() -> assertThatThrownBy(() -> restricted.terminateBackend(blockerPid, false))
                    .isInstanceOfSatisfying(ActionFailedException.class, BackendActionsTest::isRefused)
                    .hasMessageEndingWith("requires --allow-terminate-others"));
            BackendActions unrestricted = remedies(server, true);
            assertThatThrownBy(() -> unrestricted.terminateBackend(bystanderPid, false))
                    .hasMessageEndingWith("neither belongs to this server nor blocks one of its connections");
            assertThat(unrestricted.terminateBackend(blockerPid, true).outcome())
                    .startsWith("would terminate backend " + blockerPid);
            assertThat(blocked).isNotDone();
            assertThat(unrestricted.terminateBackend(blockerPid, false).outcome())
                    .startsWith("terminated backend " + blockerPid);
            assertThat(blocked.join().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void reportsThatPostgresRefusesToTerminateTheSessionOfASuperuser() throws Exception {
        DatabaseTarget database = TestPostgres.freshDatabase();
        try (Connection superuser = TestPostgres.connect(database);
                var statement = superuser.createStatement()) {
            statement.execute("create role signals login in role pg_signal_backend, pg_read_all_stats");
            statement.execute("grant all on schema public to signals");
            DatabaseTarget asSignals = new DatabaseTarget(database.jdbcUrl(), "signals", database.password());
            try (TroubledServer server = new TroubledServer(asSignals, SMALL, config(true))) {
                int pid = TroubledServer.lock(superuser);
                CompletableFuture<HttpResponse<String>> blocked = server.get("/api/roles");

                await().untilAsserted(() -> assertThatThrownBy(
                                () -> remedies(server, true).terminateBackend(pid, false))
                        .isInstanceOfSatisfying(ActionFailedException.class, BackendActionsTest::isRefused)
                        .hasMessageStartingWith("PostgreSQL refuses: role signals may not signal that backend")
                        .hasMessageContainingAll("permission denied", "pg_signal_backend", "only a superuser"));

                superuser.rollback();
                assertThat(blocked.join().statusCode()).isEqualTo(200);
            }
            superuser.setAutoCommit(true);
            statement.execute("drop owned by signals cascade");
            statement.execute("drop role signals");
        }
    }

    @Test
    void refusesToTerminateTheMonitor() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, config(true))) {
            int pid = server.engine.monitor().backendPid();
            assertThatThrownBy(() -> remedies(server, true).terminateBackend(pid, false))
                    .hasMessage("backend %d is this server's monitor session".formatted(pid));
        }
    }

    @Test
    void doesNotExecuteAnActionAfterItsTimeout() throws Exception {
        CompletableFuture<Void> released = new CompletableFuture<>();
        try (TroubledServer server = new TroubledServer(target, SMALL, config(false));
                Connection colleague = TroubledServer.otherSession(target)) {
            assertThat(server.get("/api/roles").join().statusCode()).isEqualTo(200);
            int pid = server.engine.pool().connections().get(0).backendPid();
            var unused = server.engine.monitor().submit(monitor -> released.join());

            assertThatThrownBy(() -> remedies(server, false).terminateBackend(pid, false))
                    .isInstanceOfSatisfying(
                            ActionFailedException.class,
                            failed -> assertThat(failed.isRefused()).isFalse())
                    .hasMessage("PostgreSQL did not answer within 3 s; the action was not executed");

            CompletionStage<Boolean> afterwards = server.engine.monitor().submit(monitor -> true);
            released.complete(null);
            assertThat(afterwards.toCompletableFuture().join()).isTrue();
            assertThat(isAlive(colleague, pid)).isTrue();
        } finally {
            released.complete(null);
        }
    }

    @Test
    void reportsAnUnknownOutcomeIfPostgresDoesNotAnswer() throws Exception {
        try (TestProxy proxy = new TestProxy(target);
                TroubledServer server = new TroubledServer(proxy.target(), SMALL, config(false))) {
            assertThat(server.get("/api/roles").join().statusCode()).isEqualTo(200);
            int pid = server.engine.pool().connections().get(0).backendPid();
            proxy.freezeAt("remedies.terminate");

            assertThatThrownBy(() -> remedies(server, false).terminateBackend(pid, false))
                    .isInstanceOfSatisfying(ActionFailedException.class, outcome -> {
                        assertThat(outcome.isRefused()).isFalse();
                        assertThat(outcome.result().action()).isEqualTo("terminateBackend " + pid);
                        assertThat(outcome).hasMessageEndingWith("; the action may have been executed");
                    });
            proxy.thaw();
        }
    }

    private static void isRefused(ActionFailedException failed) {
        assertThat(failed.isRefused()).isTrue();
    }

    private static boolean isAlive(Connection colleague, int pid) throws SQLException {
        try (var statement = colleague.createStatement();
                var found = statement.executeQuery("select from pg_stat_activity where pid = " + pid)) {
            return found.next();
        }
    }

    private static BackendActions remedies(TroubledServer server, boolean terminateOthers) {
        return new BackendActions(server.engine, "test", config(terminateOthers));
    }

    private static IncidentsConfig config(boolean terminateOthers) {
        return new IncidentsConfig(Optional.empty(), Duration.ofMinutes(1), terminateOthers, false);
    }

    private static int connectionOf(TroubledServer server, String sql) {
        return await().until(
                        () -> server.engine.pool().connections().stream()
                                .filter(connection -> connection.lastSql().contains(sql))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow()
                .id();
    }
}
