package app.rodmena.auth.postgres.embedded;

import static app.rodmena.auth.postgres.embedded.Sql.asSuperuser;
import static app.rodmena.auth.postgres.embedded.Sql.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.embedded.PostgresBinaries.BinaryArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which data directories are accepted, and the messages for the others. */
class DataDirectoryTest {
    @TempDir
    Path parent;

    @Test
    void aDirectoryInUseByAnotherProcessIsRefusedWithItsPid() throws Exception {
        Path directory = FreshDirectory.copiedTo(parent.resolve("data"));
        try (var other = ServerProcess.startOn(directory, false)) {
            other.store(1);
            assertThatStartingIn(directory)
                    .hasMessageContaining(
                            "%s is in use by another server (pid %d)", directory.toRealPath(), other.pid());
        }
    }

    @Test
    void anEphemeralDirectoryThatAnotherServerDeletesMeanwhileIsNotAnError() throws Exception {
        assertThat(DataDirectory.lockIfAbandoned(parent.resolve("ephemeral-deleted")))
                .isEmpty();
    }

    @Test
    void aDirectoryInUseByThisProcessIsRefused() throws Exception {
        Path directory = parent.resolve("data");
        Path alias = Files.createSymbolicLink(parent.resolve("alias"), directory);
        try (var held = DataDirectory.claim(directory)) {
            long pid = ProcessHandle.current().pid();
            assertThatStartingIn(directory).hasMessageContaining("in use by another server (pid %d)", pid);
            assertThatStartingIn(alias).hasMessageContaining("in use by another server (pid %d)", pid);
            // Opening and closing the file again would have released the lock of the operating system.
            try (var other = ServerProcess.startOn(directory, false)) {
                assertThat(other.lastStored()).isZero();
            }
            assertThat(held.path().resolve("postgresql")).doesNotExist();
        }
        DataDirectory.claim(alias).close();
    }

    @Test
    void anotherProgramsPostgresIsLeftAlone() throws Exception {
        Path directory = FreshDirectory.copiedTo(parent.resolve("data"));
        Path cluster = directory.toRealPath().resolve("postgresql");
        var binaries = PostgresBinaries.unpack(BinaryArchive.forThisMachine(), directory);
        String options = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c port=" + Postmaster.freePort();
        var started = binaries.run("pg_ctl", "start", "-D", cluster.toString(), "-l", "/dev/null", "-o", options);
        assertThat(started.exitCode()).isZero();
        try {
            String pid = Files.readAllLines(cluster.resolve("postmaster.pid")).get(0);
            assertThatStartingIn(directory)
                    .hasMessageContaining("%s is in use", directory)
                    .hasMessageContaining(pid);
            assertThat(ProcessHandle.of(Long.parseLong(pid))).get().matches(ProcessHandle::isAlive);
        } finally {
            binaries.run("pg_ctl", "stop", "-D", cluster.toString(), "-m", "immediate");
        }
    }

    @Test
    void aReusedPidIsNeitherTrustedNorSignalled() throws Exception {
        Path directory = FreshDirectory.copiedTo(parent.resolve("data"));
        var bystander = new ProcessBuilder("sleep", "600").start();
        try {
            Path cluster = directory.toRealPath().resolve("postgresql");
            Files.writeString(
                    cluster.resolve("postmaster.pid"),
                    "%d\n%s\n1795445466\n45671\n\n127.0.0.1\n  2163107         9\nready   \n"
                            .formatted(bystander.pid(), cluster));
            EmbeddedDatabase.start(new EmbeddedConfig(directory, false)).close();
            assertThat(bystander.isAlive()).isTrue();
        } finally {
            bystander.destroy();
        }
    }

    @Test
    void anUnidentifiablePostgresIsNotReportedAsStopped() throws Exception {
        Path program = Files.copy(Path.of("/bin/sleep").toRealPath(), parent.resolve("postgres"));
        var unknown = new ProcessBuilder(program.toString(), "600").start();
        try (var directory = DataDirectory.claim(parent.resolve("data"))) {
            Path cluster = Files.createDirectory(directory.cluster());
            Files.writeString(cluster.resolve("postmaster.pid"), unknown.pid() + "\n");
            var binaries = PostgresBinaries.unpack(BinaryArchive.forThisMachine(), directory.path());

            assertThatThrownBy(() -> Postmaster.stop(directory, binaries))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("(pid %d) was not stopped", unknown.pid());
            assertThat(unknown.isAlive()).isTrue();
        } finally {
            unknown.destroy();
        }
    }

    @Test
    void anIncompleteClusterIsCreatedAgain() throws Exception {
        Path directory = parent.resolve("data");
        try (var claimed = DataDirectory.claim(directory)) {
            Credentials.createIn(claimed.passwords());
            Path unfinished = Files.createDirectory(claimed.path().resolve("initdb-123"));
            Files.writeString(unfinished.resolve("PG_VERSION"), "18\n");
        }
        try (var database = EmbeddedDatabase.start(new EmbeddedConfig(directory, false))) {
            assertThat(ask(database.target(), "select 1")).isEqualTo("1");
        }
        assertThat(namesIn(directory))
                .containsExactlyInAnyOrder("server.lock", "pgpass", "postgresql", "postgresql.log");
    }

    @Test
    void aMissingRoleOrDatabaseIsCreated() throws Exception {
        Path directory = FreshDirectory.copiedTo(parent.resolve("data"));
        var config = new EmbeddedConfig(directory, false);
        try (var database = EmbeddedDatabase.start(config)) {
            var superuser = asSuperuser(database, directory);
            var postgres = new DatabaseTarget(
                    superuser.jdbcUrl().replace("/auth?", "/postgres?"), superuser.user(), superuser.password());
            Sql.run(postgres, "drop database auth");
            Sql.run(postgres, "drop role auth");
        }
        try (var database = EmbeddedDatabase.start(config)) {
            assertThat(ask(database.target(), "select current_user")).isEqualTo("auth");
        }
    }

    @Test
    void anotherMajorVersionIsRefusedNamingBoth() throws Exception {
        Path directory = parent.resolve("data");
        try (var claimed = DataDirectory.claim(directory)) {
            Files.createDirectory(claimed.cluster());
            Files.writeString(claimed.cluster().resolve("PG_VERSION"), "15\n");
        }
        assertThatStartingIn(directory)
                .hasMessageContaining(
                        "%s was created by PostgreSQL 15, and this server contains PostgreSQL 18", directory)
                .hasMessageContaining("pg_upgrade");
        assertThat(namesIn(directory)).containsExactlyInAnyOrder("server.lock", "postgresql");
    }

    @Test
    void missingPasswordsAreRefused() throws Exception {
        Path directory = parent.resolve("data");
        try (var claimed = DataDirectory.claim(directory)) {
            Files.createDirectory(claimed.cluster());
            Files.writeString(claimed.cluster().resolve("PG_VERSION"), "18\n");
        }
        assertThatStartingIn(directory).hasMessageContaining("%s", directory.resolve("pgpass"));
    }

    @Test
    void wrongPasswordsAreRefused() throws Exception {
        Path directory = FreshDirectory.copiedTo(parent.resolve("data"));
        Credentials.createIn(directory.resolve("pgpass"));
        assertThatStartingIn(directory).hasMessageContaining("%s/pgpass do not match", directory);
        assertThat(directory.resolve("postgresql/postmaster.pid")).doesNotExist();
    }

    @Test
    void aDirectoryWithOtherFilesIsRefusedUnchanged() throws Exception {
        Files.writeString(parent.resolve("thesis.txt"), "years of work");
        assertThatStartingIn(parent).hasMessageContaining("%s is not empty", parent);
        assertThat(namesIn(parent)).containsExactly("thesis.txt");
    }

    @Test
    void keptDataIsNotDeletedForTheNameOfItsDirectory() throws Exception {
        Path kept = parent.resolve("ephemeral-1");
        DataDirectory.claim(kept).close();
        assertThat(kept.resolve("server.lock")).exists();
        assertThat(DataDirectory.lockAbandonedBelow(parent)).isEmpty();
    }

    @Test
    void anEmptyMountOrCheckoutIsAccepted() throws Exception {
        Files.createDirectory(parent.resolve("lost+found"));
        Files.writeString(parent.resolve(".gitkeep"), "");
        DataDirectory.claim(parent).close();
    }

    @Test
    void aFileIsRefused() throws Exception {
        Path file = Files.writeString(parent.resolve("file"), "");
        assertThatStartingIn(file).hasMessage("The data directory %s is a file; it must be a directory", file);
        assertThatStartingIn(file.resolve("data")).hasMessageContaining("%s", file);
    }

    @Test
    void aDirectoryThatCannotBeCreatedIsNamed() {
        assertThatStartingIn(Path.of("/proc/data")).hasMessageContaining("/proc/data");
    }

    @Test
    void aNameWithShellCharactersIsRefused() {
        assertThatStartingIn(parent.resolve("$(reboot)")).hasMessageContaining("'%s/?(reboot)'", parent);
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertThatStartingIn(Path directory) {
        return assertThatThrownBy(() -> EmbeddedDatabase.start(new EmbeddedConfig(directory, false)))
                .isInstanceOf(EmbeddedDatabaseException.class)
                .satisfies(failure -> assertThat(failure.getMessage().lines()).hasSize(1));
    }

    private static List<String> namesIn(Path directory) throws Exception {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
