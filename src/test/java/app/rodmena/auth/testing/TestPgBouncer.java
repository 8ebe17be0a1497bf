package app.rodmena.auth.testing;

import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A PgBouncer in front of a test's database. */
public final class TestPgBouncer implements AutoCloseable {
    private final DatabaseTarget behind;
    private final Path directory;
    private final int port;
    private final List<String> command;
    private Program program;

    private TestPgBouncer(DatabaseTarget behind, Path directory, String settings, String user) throws IOException {
        this.behind = behind;
        this.directory = directory;
        this.port = Program.freePort();
        // PgBouncer refuses to run as root; the user it switches to must be able to read its files.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path users = Files.writeString(directory.resolve("users.txt"), user);
        Path configuration = Files.writeString(
                directory.resolve("pgbouncer.ini"),
                settings.replace("port=5432", "port=" + serverPort())
                        .replace("6432", String.valueOf(port))
                        .replace("/etc/pgbouncer/userlist.txt", users.toString()));
        command = new ArrayList<>(List.of(Program.installed("/usr/sbin/pgbouncer", "pgbouncer")));
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("-u", "nobody"));
        }
        command.add(configuration.toString());
        start();
    }

    /** Starts PgBouncer; after {@link #stop}, on the same port. */
    public void start() throws IOException {
        program = Program.start(directory, Map.of(), command);
        await().until(() -> Program.isListening(port));
    }

    /** Stops PgBouncer, which ends all connections through it. */
    public void stop() {
        program.close();
    }

    /**
     * Starts a PgBouncer that accepts the database's user without a password.
     *
     * @param settings lines of the configuration, such as {@code default_pool_size = 1}
     */
    public static TestPgBouncer start(DatabaseTarget behind, String settings) throws IOException {
        String configuration = """
                [databases]
                * = host=127.0.0.1 port=5432
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = 6432
                unix_socket_dir =
                auth_type = trust
                auth_file = /etc/pgbouncer/userlist.txt
                admin_users = %s
                %s
                """.formatted(behind.user(), settings);
        return startWith(configuration, "\"%s\" \"\"%n".formatted(behind.user()), behind);
    }

    /**
     * Starts PgBouncer with a configuration, in which only the two ports and the path of the auth_file are replaced.
     *
     * @param user the line of the auth_file
     */
    public static TestPgBouncer startWith(String configuration, String user, DatabaseTarget behind) throws IOException {
        return new TestPgBouncer(behind, Files.createTempDirectory("pgbouncer"), configuration, user);
    }

    /** The same database, through PgBouncer. */
    public DatabaseTarget target() {
        return new DatabaseTarget(
                behind.jdbcUrl().replace(":" + serverPort() + "/", ":" + port + "/"), behind.user(), Secret.NONE);
    }

    /** Runs a command on the admin console, such as {@code pause}. */
    public void command(String command) throws IOException, InterruptedException {
        String psql = Program.installed("/usr/bin/psql", "postgresql-client");
        Program.run(
                directory,
                command,
                List.of(psql, "-h", "127.0.0.1", "-p", String.valueOf(port), "-U", behind.user(), "pgbouncer"));
    }

    private int serverPort() {
        return URI.create(behind.jdbcUrl().substring("jdbc:".length())).getPort();
    }

    @Override
    public void close() throws IOException {
        stop();
        if (!Files.exists(directory)) {
            return; // Already closed.
        }
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
