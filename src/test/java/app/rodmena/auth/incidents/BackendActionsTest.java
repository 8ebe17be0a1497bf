package app.rodmena.auth.incidents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.events.CallContext;
import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestProxy;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Every remedy on real trouble, and what is refused. */
class BackendActionsTest {
    private static final PoolSettings SMALL = PoolSettings.DEFAULT.withSize(2, 1);

    private final DatabaseTarget target = MigratedDatabase.fresh();

    @Test
    void theQueryOfAHolderIsCancelledAndItsConnectionStays() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, config(false))) {
            BackendActions remedies = remedies(server, false);
            CompletionStage<Object> slow = server.engine.call(
                    CallContext.named("GET /slow"),
                    handle -> handle.createQuery("select pg_sleep(20), 'secret'")
                            .mapToMap()
                            .list());
            int id = connectionOf(server, "pg_sleep");

            await().untilAsserted(
                            () -> assertThat(remedies.cancelQuery(id, true).outcome())
                                    .startsWith("would cancel what runs on backend ")
                                    .contains("pg_sleep(?), ?")
                                    .doesNotContain("secret"));
            assertThat(slow.toCompletableFuture()).isNotDone();
            assertThat(remedies.cancelQuery(id, false).outcome()).startsWith("cancelled what ran on backend ");
            await().until(() -> slow.toCompletableFuture().isCompletedExceptionally());
            await().until(() -> server.engine.snapshot().checkedOut() == 0);

            assertThatThrownBy(() -> remedies.cancelQuery(id, false))
                    .isInstanceOf(ActionRefusedException.class)
                    .hasMessageStartingWith("nothing runs on connection " + id);
            assertThatThrownBy(() -> remedies.cancelQuery(4711, false)).hasMessage("the pool has no connection 4711");
            assertThat(server.engine.events().count(PoolEventKind.CLOSE)).isZero();
        }
    }

    @Test
    void aBackendOfOurOwnIsTerminatedAndItsConnectionReplaced() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, config(false))) {
            BackendActions remedies = remedies(server, false);
            assertThat(server.ask("/api/roles").join().statusCode()).isEqualTo(200);
            int pid = server.engine.connections().get(0).backendPid();
            assertThat(remedies.terminateBackend(pid, true).outcome()).startsWith("would terminate backend " + pid);
            assertThat(server.engine.snapshot().totalConnections()).isEqualTo(1);
            assertThat(remedies.terminateBackend(pid, false)).satisfies(remedy -> {
                assertThat(remedy.dryRun()).isFalse();
                assertThat(remedy.action()).isEqualTo("terminateBackend " + pid);
                assertThat(remedy.outcome()).startsWith("terminated backend %d (auth/test, user ".formatted(pid));
            });
            await().untilAsserted(() -> assertThatThrownBy(() -> remedies.terminateBackend(pid, false))
                    .hasMessage("there is no client's backend of pid " + pid));
            await().pollDelay(Duration.ofMillis(600))
                    .untilAsserted(
                            () -> assertThat(server.ask("/api/roles").join().statusCode())
                                    .isEqualTo(200));
        }
    }

    @Test
    void whoBlocksUsIsTerminatedOnlyWhereThatIsAllowedAndWhoDoesNotNever() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, config(false));
                Connection blocker = TroubledServer.colleague(target);
                Connection bystander = TroubledServer.colleague(target)) {
            int innocent = TroubledServer.pidOf(bystander);
            int guilty = TroubledServer.lock(blocker);
            CompletableFuture<HttpResponse<String>> blocked = server.ask("/api/roles");
            BackendActions careful = remedies(server, false);
            await().untilAsserted(() -> assertThatThrownBy(() -> careful.terminateBackend(guilty, false))
                    .isInstanceOf(ActionRefusedException.class)
                    .hasMessageEndingWith(
                            "blocks this server but is not its own: that takes --allow-terminate-others"));
            BackendActions bold = remedies(server, true);
            assertThatThrownBy(() -> bold.terminateBackend(innocent, false))
                    .hasMessageEndingWith("is not this server's, and keeps none of its connections waiting");
            assertThat(bold.terminateBackend(guilty, true).outcome()).startsWith("would terminate backend " + guilty);
            assertThat(blocked).isNotDone();
            assertThat(bold.terminateBackend(guilty, false).outcome()).startsWith("terminated backend " + guilty);
            assertThat(blocked.join().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void theOneThatWatchesCantBeTerminated() throws Exception {
        try (TroubledServer server = new TroubledServer(target, SMALL, config(true))) {
            int pid = server.engine.monitor().backendPid();
            assertThatThrownBy(() -> remedies(server, true).terminateBackend(pid, false))
                    .hasMessage("backend %d is the one that watches, and answers this".formatted(pid));
        }
    }

    @Test
    void whatNobodyWaitsForAnyMoreIsNotDone() throws Exception {
        CompletableFuture<Void> released = new CompletableFuture<>();
        try (TroubledServer server = new TroubledServer(target, SMALL, config(false));
                Connection colleague = TroubledServer.colleague(target)) {
            assertThat(server.ask("/api/roles").join().statusCode()).isEqualTo(200);
            int pid = server.engine.connections().get(0).backendPid();
            var unused = server.engine.monitor().submit(monitor -> released.join());

            assertThatThrownBy(() -> remedies(server, false).terminateBackend(pid, false))
                    .isInstanceOf(ActionOutcomeUnknownException.class)
                    .hasMessage("PostgreSQL gave no answer within 3 s; nothing was done");

            CompletionStage<Boolean> afterwards = server.engine.monitor().submit(monitor -> true);
            released.complete(null);
            assertThat(afterwards.toCompletableFuture().join()).isTrue();
            assertThat(isAlive(colleague, pid)).isTrue();
        } finally {
            released.complete(null);
        }
    }

    @Test
    void whatPostgresWasToldToDoAndDidNotAnswerIsNotKnown() throws Exception {
        try (TestProxy proxy = new TestProxy(target);
                TroubledServer server = new TroubledServer(proxy.target(), SMALL, config(false))) {
            assertThat(server.ask("/api/roles").join().statusCode()).isEqualTo(200);
            int pid = server.engine.connections().get(0).backendPid();
            proxy.freezeAt("remedies.terminate");

            assertThatThrownBy(() -> remedies(server, false).terminateBackend(pid, false))
                    .isInstanceOfSatisfying(ActionOutcomeUnknownException.class, unanswered -> {
                        assertThat(unanswered.remedy().action()).isEqualTo("terminateBackend " + pid);
                        assertThat(unanswered).hasMessageEndingWith("; whether it was done is not known");
                    });
            proxy.thaw();
        }
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
        return new IncidentsConfig(Optional.empty(), Duration.ofMinutes(1), terminateOthers);
    }

    private static int connectionOf(TroubledServer server, String sql) {
        return await().until(
                        () -> server.engine.connections().stream()
                                .filter(connection -> connection.lastSql().contains(sql))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow()
                .id();
    }
}
