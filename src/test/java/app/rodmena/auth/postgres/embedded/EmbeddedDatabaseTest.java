package app.rodmena.auth.postgres.embedded;

import static app.rodmena.auth.postgres.embedded.Sql.asSuperuser;
import static app.rodmena.auth.postgres.embedded.Sql.ask;
import static app.rodmena.auth.postgres.embedded.Sql.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The properties of a new embedded database. */
class EmbeddedDatabaseTest {
    @TempDir
    static Path parent;

    static Path directory;
    static EmbeddedDatabase database;

    @BeforeAll
    static void start() throws Exception {
        directory = parent.resolve("it's new").resolve("data");
        database = EmbeddedDatabase.start(new EmbeddedConfig(directory, false));
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void dataIsDurable() throws Exception {
        assertThat(ask(database.target(), "show fsync")).isEqualTo("on");
        assertThat(ask(database.target(), "show synchronous_commit")).isEqualTo("on");
        assertThat(ask(database.target(), "show full_page_writes")).isEqualTo("on");
        assertThat(ask(database.target(), "show data_checksums")).isEqualTo("on");
    }

    @Test
    void itTakes220Connections() throws Exception {
        assertThat(ask(database.target(), "show max_connections")).isEqualTo("220");
    }

    @Test
    void theReportedVersionIsTheServers() throws Exception {
        assertThat(ask(database.target(), "show server_version")).isEqualTo(database.version());
    }

    @Test
    void theServersRoleOwnsItsDatabaseWithoutBeingSuperuser() throws Exception {
        assertThat(ask(database.target(), """
                        select concat_ws(' ', rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls)
                        from pg_roles where rolname = current_user
                        """)).isEqualTo("auth f f f f f");
        assertThat(ask(
                        database.target(),
                        "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"))
                .isEqualTo("auth");
        assertThat(ask(database.target(), "select pg_has_role('pg_monitor', 'usage')"))
                .isEqualTo("t");
        assertThat(ask(database.target(), "select pg_has_role('pg_signal_backend', 'usage')"))
                .isEqualTo("t");
        run(database.target(), "create table owned (a int)");
    }

    @Test
    void everyLoginRequiresAPassword() throws Exception {
        assertThat(ask(
                        asSuperuser(database, directory),
                        "select string_agg(distinct auth_method, ',') from pg_hba_file_rules"))
                .isEqualTo("scram-sha-256");
        for (String user : new String[] {"postgres", "auth"}) {
            var guess = new DatabaseTarget(database.target().jdbcUrl(), user, Secret.of("guess"));
            assertThatThrownBy(() -> ask(guess, "select 1"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
        }
    }

    @Test
    void onlyLoopbackAcceptsConnections() throws Exception {
        assertThat(ask(asSuperuser(database, directory), "show unix_socket_directories"))
                .isEmpty();
        assertThat(ask(database.target(), "show listen_addresses")).isEqualTo("127.0.0.1");
        for (var networks = NetworkInterface.getNetworkInterfaces(); networks.hasMoreElements(); ) {
            networks.nextElement()
                    .inetAddresses()
                    .filter(address -> !address.isLoopbackAddress())
                    .forEach(address -> assertThatThrownBy(() -> connect(address, database.port()))
                            .isInstanceOf(IOException.class));
        }
    }

    @Test
    void passwordsAndDataAreReadableByTheOwnerOnly() throws Exception {
        for (String file : new String[] {"pgpass", "postgresql.log", "server.lock"}) {
            assertThat(permissions(directory.resolve(file))).isEqualTo("rw-------");
        }
        assertThat(permissions(directory)).isEqualTo("rwx------");
        assertThat(permissions(directory.resolve("postgresql"))).isEqualTo("rwx------");
        assertThat(database.target().password().reveal()).hasSize(48);
        assertThat(Files.readString(directory.resolve("postgresql.log")))
                .doesNotContain(database.target().password().reveal());
    }

    @Test
    void thePsqlCommandWorksAndShowsNoPassword() throws Exception {
        assertThat(database.psqlCommand())
                .doesNotContain(database.target().password().reveal());
        assumeTrue(shell("command -v psql") == 0, "no psql here");
        assertThat(shell(database.psqlCommand() + " -c 'select query from pg_stat_activity'"))
                .isZero();
        assertThat(shell(database.psqlCommand() + " -U postgres -c 'show hba_file'"))
                .isZero();
    }

    @Test
    void ctrlCInTheTerminalDoesNotReachPostgres() throws Exception {
        String pid = Files.readAllLines(directory.resolve("postgresql/postmaster.pid"))
                .get(0);
        assertThat(ps("pgid", pid))
                .isEqualTo(pid)
                .isNotEqualTo(ps("pgid", Long.toString(ProcessHandle.current().pid())));
    }

    private static void connect(InetAddress address, int port) throws IOException {
        new Socket(address, port).close();
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static int shell(String line) throws Exception {
        return new ProcessBuilder("sh", "-c", line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static String ps(String column, String pid) throws IOException {
        try (var output =
                new ProcessBuilder("ps", "-o", column + "=", "-p", pid).start().inputReader()) {
            return output.readLine().strip();
        }
    }
}
