package app.rodmena.auth.testing;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;

/**
 * Two PostgreSQL servers managed by Patroni as configured in {@code src/deploy/patroni}, with synchronous replication
 * and an etcd of their own.
 */
public final class PatroniCluster implements SuperuserAccess {
    private static final Path CONFIGURATION =
            Path.of("src/deploy/patroni/patroni.yml").toAbsolutePath();

    /** Shorter times than the reference deployment's: a killed primary loses its lease after ttl. */
    private static final String TEST_SETTINGS = """
            {"ttl": 8, "loop_wait": 1, "retry_timeout": 3, "postgresql": {"parameters": {"fsync": "off"}}}""";

    private static final String PASSWORD = "the-password-of-the-superuser";

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path directory;
    private final int etcdPort;
    private final Program etcd;
    private final List<Node> nodes = new ArrayList<>();

    private PatroniCluster(Path directory) throws IOException {
        String etcdProgram = Program.installed("/usr/bin/etcd", "etcd-server");
        String patroni = Program.installed("/usr/bin/patroni", "patroni");
        Path programs = programs();
        this.directory = directory;
        this.etcdPort = Program.freePort();
        String clients = url(etcdPort);
        String peers = url(Program.freePort());
        etcd = Program.start(
                directory,
                Map.of(),
                List.of(
                        etcdProgram,
                        "--data-dir=" + directory.resolve("etcd"),
                        "--unsafe-no-fsync",
                        "--listen-client-urls=" + clients,
                        "--advertise-client-urls=" + clients,
                        "--listen-peer-urls=" + peers,
                        "--initial-advertise-peer-urls=" + peers,
                        "--initial-cluster=default=" + peers));
        try {
            patience().until(() -> Program.isListening(etcdPort));
            for (String name : List.of("one", "other")) {
                Node node = new Node(name, patroni, programs, Program.freePort(), Program.freePort());
                node.start();
                nodes.add(node);
            }
            awaitSynchronous();
            shortenTimes();
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Starts the cluster; returns when both nodes run and the standby is synchronous. */
    public static PatroniCluster start(Path directory) throws IOException {
        return new PatroniCluster(Files.createTempDirectory(directory, "patroni"));
    }

    /** A PostgreSQL server, and the Patroni that starts and stops it. */
    public final class Node {
        private final String name;
        private final String patroni;
        private final int port;
        private final int restPort;
        private final Path programs;
        private final Path data;
        private Program program;

        private Node(String name, String patroni, Path programs, int port, int restPort) {
            this.name = name;
            this.patroni = patroni;
            this.port = port;
            this.restPort = restPort;
            this.data = directory.resolve(name);
            this.programs = programs;
        }

        /** Starts Patroni, which starts PostgreSQL in its current role. */
        public void start() throws IOException {
            String address = "127.0.0.1:" + port;
            String restAddress = "127.0.0.1:" + restPort;
            Map<String, String> environment = Map.ofEntries(
                    entry("LC_ALL", "C"),
                    entry("PATRONI_NAME", name),
                    entry("PATRONI_ETCD3_HOSTS", "127.0.0.1:" + etcdPort),
                    entry("PATRONI_POSTGRESQL_LISTEN", address),
                    entry("PATRONI_POSTGRESQL_CONNECT_ADDRESS", address),
                    entry("PATRONI_RESTAPI_LISTEN", restAddress),
                    entry("PATRONI_RESTAPI_CONNECT_ADDRESS", restAddress),
                    entry("PATRONI_POSTGRESQL_BIN_DIR", programs.toString()),
                    entry("PATRONI_POSTGRESQL_DATA_DIR", data.toString()),
                    entry("PATRONI_POSTGRESQL_PGPASS", data + ".pgpass"),
                    entry("PATRONI_SUPERUSER_PASSWORD", PASSWORD),
                    entry("PATRONI_REPLICATION_PASSWORD", PASSWORD));
            program =
                    Program.start(directory, environment, PostgresServer.notAsRoot(patroni, CONFIGURATION.toString()));
        }

        /** Ends Patroni and the postmaster by SIGKILL. */
        public void kill() throws IOException, InterruptedException {
            end("KILL");
        }

        /** @param signal for the postmaster; Patroni is killed first, because it would restart PostgreSQL */
        private void end(String signal) throws IOException, InterruptedException {
            PostgresServer.signal(program.pid(), "KILL");
            // Patroni may have started a postmaster that does not listen yet.
            patience().during(Duration.ofMillis(500)).until(() -> {
                Optional<String> pid = postmaster();
                if (pid.isPresent()) {
                    PostgresServer.signal(Long.parseLong(pid.get()), signal);
                }
                return !Program.isListening(port);
            });
        }

        /** The pid in the file of the postmaster; a killed one does not delete it. */
        private Optional<String> postmaster() throws IOException {
            try {
                return Files.readAllLines(data.resolve("postmaster.pid")).stream()
                        .findFirst()
                        .map(String::strip);
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }

        /** Whether this node has this role, for example {@code primary}, according to Patroni. */
        private boolean is(String role) {
            try {
                return http.send(HttpRequest.newBuilder(rest(role)).build(), BodyHandlers.discarding())
                                .statusCode()
                        == 200;
            } catch (IOException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        private URI rest(String path) {
            return URI.create(url(restPort) + "/" + path);
        }

        private Connection connect() throws SQLException {
            return PatroniCluster.connect("127.0.0.1:" + port, "postgres", "any");
        }

        private boolean isConfigured(String parameter, String value) throws SQLException {
            try (Connection connection = connect();
                    var query = connection.prepareStatement("select current_setting(?)")) {
                query.setString(1, parameter);
                try (var row = query.executeQuery()) {
                    return row.next() && value.equals(row.getString(1));
                }
            }
        }

        /** Waits until this node is the primary, according to PostgreSQL. */
        public void awaitPromotion() throws SQLException {
            awaitPromotion(() -> {});
        }

        /** @param check may throw, which ends the wait; one connection for all polls, because a login takes longer */
        private void awaitPromotion(Runnable check) throws SQLException {
            try (Connection connection = patience()
                            .ignoreExceptionsInstanceOf(SQLException.class)
                            .until(this::connect, Objects::nonNull);
                    var query = connection.prepareStatement("select not pg_is_in_recovery()")) {
                patience().pollInterval(Duration.ofMillis(20)).until(() -> {
                    check.run();
                    try (var row = query.executeQuery()) {
                        return row.next() && row.getBoolean(1);
                    }
                });
            }
        }

        /** This node as a server line of HAProxy's configuration; HAProxy considers it up while it is the primary. */
        public String haProxyServer() {
            return "server %s 127.0.0.1:%d check port %d%n".formatted(name, port, restPort);
        }
    }

    private void shortenTimes() {
        HttpRequest change = HttpRequest.newBuilder(nodes.get(0).rest("config"))
                .method("PATCH", BodyPublishers.ofString(TEST_SETTINGS))
                .build();
        HttpResponse<String> response =
                http.sendAsync(change, BodyHandlers.ofString()).join();
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        for (Node node : nodes) {
            patience().until(() -> node.isConfigured("fsync", "off"));
        }
    }

    public List<Node> nodes() {
        return nodes;
    }

    public Node primary() {
        return withRole("primary");
    }

    public Node standby() {
        return withRole("replica");
    }

    private Node withRole(String role) {
        return nodes.stream().filter(node -> node.is(role)).findFirst().orElseThrow();
    }

    /** Waits until one node is the primary and the other its synchronous standby. */
    public void awaitSynchronous() {
        patience().untilAsserted(() -> {
            assertThat(nodes).as(this::log).anyMatch(node -> node.is("primary"));
            assertThat(nodes).as(this::log).anyMatch(node -> node.is("sync"));
        });
    }

    /** Swaps the roles of the nodes; returns as soon as the standby is promoted. */
    public void switchover() throws SQLException {
        Node from = primary();
        Node to = standby();
        CompletableFuture<HttpResponse<String>> response = http.sendAsync(
                HttpRequest.newBuilder(from.rest("switchover"))
                        .POST(BodyPublishers.ofString("""
                                {"leader":"%s","candidate":"%s"}""".formatted(from.name, to.name)))
                        .build(),
                BodyHandlers.ofString());
        to.awaitPromotion(() -> {
            if (response.isDone()) {
                assertThat(response.join().statusCode())
                        .as(() -> response.join().body())
                        .isEqualTo(200);
            }
        });
    }

    /** A database with this role's login, with both hosts in the URL. */
    public DatabaseTarget target(String database, String user, String password) {
        return new DatabaseTarget("jdbc:postgresql://%s/%s".formatted(hosts(), database), user, Secret.of(password));
    }

    private String hosts() {
        return "127.0.0.1:%d,127.0.0.1:%d".formatted(nodes.get(0).port, nodes.get(1).port);
    }

    @Override
    public Connection superuser(String database) throws SQLException {
        return connect(hosts(), database, "primary");
    }

    private static Connection connect(String hosts, String database, String serverType) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://%s/%s?connectTimeout=2&socketTimeout=30&loginTimeout=3&hostRecheckSeconds=0&targetServerType=%s"
                        .formatted(hosts, database, serverType),
                "postgres",
                PASSWORD);
    }

    /** The directory of Debian's PostgreSQL: the one of the other tests has no pg_rewind. */
    static Path programs() throws IOException {
        Path versions = Path.of("/usr/lib/postgresql");
        try (Stream<Path> found = Files.isDirectory(versions) ? Files.list(versions) : Stream.empty()) {
            Path rewind = found.map(version -> version.resolve("bin/pg_rewind"))
                    .filter(Files::isExecutable)
                    .max(Comparator.naturalOrder())
                    .orElse(versions.resolve("15/bin/pg_rewind"));
            return Path.of(Program.installed(rewind.toString(), "postgresql-contrib"))
                    .getParent();
        }
    }

    private static ConditionFactory patience() {
        return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100));
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    private String log() {
        return String.join(
                "\n", nodes.stream().map(node -> node.program.output()).toList());
    }

    @Override
    public void close() {
        try {
            for (Node node : nodes) {
                node.end("QUIT");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            etcd.close();
        }
    }
}
