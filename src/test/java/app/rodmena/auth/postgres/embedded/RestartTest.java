package app.rodmena.auth.postgres.embedded;

import static app.rodmena.auth.postgres.embedded.Sql.asSuperuser;
import static app.rodmena.auth.postgres.embedded.Sql.ask;
import static app.rodmena.auth.postgres.embedded.Sql.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.LogOf;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restarts after an orderly stop and after kills. */
class RestartTest {
    @TempDir
    Path parent;

    Path directory;

    @BeforeEach
    void copyOne() throws Exception {
        directory = FreshDirectory.copiedTo(parent.resolve("data"));
    }

    @Test
    void dataPasswordsAndSettingsSurviveAStop() throws Exception {
        var config = new EmbeddedConfig(directory, false);
        var before = EmbeddedDatabase.start(config);
        run(before.target(), "create table kept as select 42 as number");
        run(asSuperuser(before, directory), "alter system set max_connections = 50");
        before.close();
        before.close();

        assertThatThrownBy(() -> ask(before.target(), "select 1")).hasMessageContaining("refused");
        try (var after = EmbeddedDatabase.start(config)) {
            assertThat(ask(after.target(), "select number from kept")).isEqualTo("42");
            assertThat(ask(after.target(), "show max_connections")).isEqualTo("50");
            assertThat(after.target().password()).isEqualTo(before.target().password());
            assertThat(directory.resolve("postgresql.log.1")).content().contains("database system is shut down");
            assertThat(directory.resolve("postgresql.log"))
                    .content()
                    .doesNotContain("database system is shut down\n")
                    .doesNotContain("not properly shut down");
        }
    }

    @Test
    void aKilledServersPostgresEnds() throws Exception {
        try (var server = ServerProcess.startOn(directory, false)) {
            server.store(100);
            ProcessHandle postmaster = postmaster(directory);
            server.kill();

            await().atMost(20, TimeUnit.SECONDS).until(() -> !postmaster.isAlive());
            assertStored(server);
        }
    }

    @Test
    void anOrphanedPostgresIsTakenOver() throws Exception {
        try (var server = ServerProcess.startOn(directory, false)) {
            server.store(100);
            ProcessHandle postmaster = postmaster(directory);
            server.killWithReaper();

            assertThat(postmaster.isAlive()).isTrue();
            assertStored(server);
            await().until(() -> !postmaster.isAlive());
        }
    }

    @Test
    void aPostgresIsTakenOverWhileTheReaperStopsIt() throws Exception {
        try (var server = ServerProcess.startOn(directory, false)) {
            server.store(100);
            server.kill();

            assertStored(server);
        }
    }

    @Test
    void aKilledPostmasterIsRecovered() throws Exception {
        try (var server = ServerProcess.startOn(directory, false)) {
            server.store(100);
            ProcessHandle postmaster = postmaster(directory);
            server.reapers().forEach(ServerProcess::kill);
            postmaster.destroyForcibly();
            server.kill();

            assertStored(server);
            assertThat(directory.resolve("postgresql.log")).content().contains("automatic recovery in progress");
        }
    }

    @Test
    void aDatabaseWithAKilledPostmasterCanBeClosedAndRestarted() throws Exception {
        var config = new EmbeddedConfig(directory, false);
        try (var database = EmbeddedDatabase.start(config)) {
            run(database.target(), "create table kept as select 42 as number");
            try (LogOf log = LogOf.logger(EmbeddedDatabase.class.getName())) {
                ServerProcess.kill(postmaster(directory));
                await().untilAsserted(() -> assertThat(log.lines()).anyMatch(line -> line.contains("has ended")));
            }
        }
        try (var database = EmbeddedDatabase.start(config)) {
            assertThat(ask(database.target(), "select number from kept")).isEqualTo("42");
        }
    }

    @Test
    void closeDeletesEphemeralDataOnly() throws Exception {
        try (var kept = EmbeddedDatabase.start(new EmbeddedConfig(directory, false))) {
            try (var first = EmbeddedDatabase.start(new EmbeddedConfig(directory, true));
                    var second = EmbeddedDatabase.start(new EmbeddedConfig(directory, true))) {
                run(kept.target(), "create table kept (a int)");
                run(first.target(), "create table kept (a int)");
                run(second.target(), "create table kept (a int)");
                assertThat(ephemeral()).hasSize(2);
            }
            assertThat(ephemeral()).isEmpty();
            assertThat(ask(kept.target(), "select count(*) from kept")).isEqualTo("0");
        }
    }

    @Test
    void ephemeralDataIsDeletedAfterAKill() throws Exception {
        try (var server = ServerProcess.startOn(directory, true)) {
            server.store(1);
            server.kill();
            await().atMost(20, TimeUnit.SECONDS).until(() -> ephemeral().isEmpty());
        }
    }

    @Test
    void ephemeralDataIsDeletedAtTheNextStartIfTheReaperWasKilledToo() throws Exception {
        try (var server = ServerProcess.startOn(directory, true)) {
            server.store(1);
            ProcessHandle postmaster = postmaster(ephemeral().get(0));
            server.killWithReaper();
            EmbeddedDatabase.start(new EmbeddedConfig(directory, true)).close();

            assertThat(ephemeral()).isEmpty();
            await().until(() -> !postmaster.isAlive());
        }
    }

    private void assertStored(ServerProcess stored) throws Exception {
        int acknowledged = Math.max(100, stored.lastStored());
        try (var database = EmbeddedDatabase.start(new EmbeddedConfig(directory, false))) {
            // The number that was being stored when the process ended may or may not be there.
            assertThat(Integer.parseInt(ask(database.target(), "select count(*) from stored")))
                    .isBetween(acknowledged, acknowledged + 1);
        }
    }

    private List<Path> ephemeral() throws Exception {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith("ephemeral-"))
                    .toList();
        }
    }

    private static ProcessHandle postmaster(Path directory) throws Exception {
        return ProcessHandle.of(Long.parseLong(Files.readAllLines(directory.resolve("postgresql/postmaster.pid"))
                        .get(0)))
                .orElseThrow();
    }
}
