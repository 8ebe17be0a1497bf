package app.rodmena.auth.bench;

import app.rodmena.auth.rbac.PermissionSql;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All contenders, started on the same database. */
final class Contenders implements AutoCloseable {
    /** The system property in which run.sh passes the flags of the server's JVM. */
    private static final String JVM_FLAGS = "bench.jvm.flags";

    private final Tools tools;
    private final Path directory;
    private final Database database;
    private final Dataset data;
    private final boolean writes;
    private final Optional<Beside> beside;
    private final List<Contender> contenders = new ArrayList<>();

    private Contenders(
            Tools tools, Path directory, Database database, Dataset data, boolean writes, Optional<Beside> beside) {
        this.tools = tools;
        this.directory = directory;
        this.database = database;
        this.data = data;
        this.writes = writes;
        this.beside = beside;
    }

    /**
     * Starts the wanted contenders; prints a line for one that cannot run on this machine and omits it.
     *
     * @param directory their working directory
     * @param beside the contender OTHER
     */
    static Contenders start(
            Tools tools,
            Path directory,
            Database database,
            Dataset data,
            Collection<ContenderKind> wanted,
            boolean writes,
            Optional<Beside> beside)
            throws IOException, InterruptedException {
        Contenders field = new Contenders(tools, directory, database, data, writes, beside);
        try {
            for (ContenderKind kind : ContenderKind.values()) {
                if (wanted.contains(kind)) {
                    field.enter(kind);
                }
            }
            return field;
        } catch (Throwable e) {
            field.close();
            throw e;
        }
    }

    List<Contender> contenders() {
        return List.copyOf(contenders);
    }

    Optional<Contender> find(ContenderKind kind) {
        return contenders.stream().filter(contender -> contender.kind() == kind).findFirst();
    }

    @Override
    public void close() {
        contenders.forEach(Contender::close);
    }

    private void enter(ContenderKind kind) throws IOException, InterruptedException {
        switch (kind) {
            case BATCHED -> enterOurs(kind, new Beside(tools.home(), Optional.empty(), List.of()));
            case PLAIN -> enterOurs(kind, new Beside(tools.home(), Optional.empty(), List.of("--batching", "off")));
            case OTHER -> {
                if (beside.isPresent()) {
                    enterOurs(kind, beside.get());
                }
            }
            case PING -> enterLoad(kind, tools.wrk()::ping);
            case BULK -> enterLoad(kind, tools.wrk()::bulk);
            case BARE -> enterBare();
            case PGBENCH -> enterPgbench();
            case SPRING -> enterSpring();
        }
    }

    private void enterOurs(ContenderKind kind, Beside server) throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(Map.of("AUTH_DATABASE_URL", database.url()));
        server.java().ifPresent(home -> environment.put("JAVA_HOME", home.toString()));
        enter(
                kind,
                "auth/bench-%s%%".formatted(kind),
                Server.ours(kind.toString(), server.home(), directory, environment, server.flags()));
    }

    /** Another load on the server of BATCHED. */
    private void enterLoad(ContenderKind kind, RequestLoad load) {
        find(ContenderKind.BATCHED)
                .flatMap(Contender::server)
                .ifPresentOrElse(
                        server -> contenders.add(new Contender(
                                kind,
                                "auth/bench-%s%%".formatted(ContenderKind.BATCHED),
                                Optional.of(server),
                                (clients, time) -> load.run(server.address(), data, clients, time))),
                        () -> omit(kind, "it needs batched"));
    }

    @FunctionalInterface
    private interface RequestLoad {
        LoadOutcome run(URI server, Dataset data, int clients, Duration time) throws IOException, InterruptedException;
    }

    private void enterBare() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(tools.java().toString()));
        command.addAll(List.of(System.getProperty(JVM_FLAGS, "").split(" ")));
        command.add("-Dlogback.configurationFile=app/rodmena/auth/logback.xml"); // The same as Main's.
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BareServer.class.getName()));
        enter(ContenderKind.BARE, "auth/bench-bare%", Map.of("AUTH_DATABASE_URL", database.url()), command);
    }

    private void enterSpring() throws IOException, InterruptedException {
        Path jar;
        try {
            jar = tools.springPeer();
        } catch (BenchException e) {
            omit(
                    ContenderKind.SPRING,
                    "it could not be built: "
                            + e.getMessage().lines().findFirst().orElse(""));
            return;
        }
        Map<String, String> environment = new HashMap<>();
        environment.put("HAS_PERMISSION_SQL", PermissionSql.hasPermission());
        environment.put("SPRING_DATASOURCE_URL", database.target().jdbcUrl());
        environment.put("SPRING_DATASOURCE_USERNAME", database.target().user());
        environment.put(
                "SPRING_DATASOURCE_PASSWORD", database.target().password().reveal());
        List<String> command = List.of(
                tools.java().toString(),
                "-jar",
                jar.toString(),
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--spring.datasource.hikari.maximum-pool-size=10",
                "--spring.datasource.hikari.data-source-properties.ApplicationName=spring");
        enter(ContenderKind.SPRING, "spring", environment, command);
    }

    private void enterPgbench() throws IOException {
        if (tools.pgbench().isEmpty()) {
            omit(ContenderKind.PGBENCH, "it is not installed; Debian's package is postgresql-contrib");
            return;
        }
        Path scripts = Files.createDirectory(directory.resolve("pgbench"));
        Pgbench pgbench = new Pgbench(tools.pgbench().get(), scripts, database.target(), data);
        contenders.add(
                new Contender(ContenderKind.PGBENCH, ContenderKind.PGBENCH.toString(), Optional.empty(), pgbench::run));
    }

    private void enter(
            ContenderKind kind, String applicationName, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        List<String> words = command.stream().filter(word -> !word.isEmpty()).toList();
        enter(kind, applicationName, Server.start(kind.toString(), directory, environment, words));
    }

    private void enter(ContenderKind kind, String applicationName, Server server) {
        RequestLoad load = writes ? tools.wrk()::grant : tools.wrk()::check;
        contenders.add(new Contender(
                kind,
                applicationName,
                Optional.of(server),
                (clients, time) -> load.run(server.address(), data, clients, time)));
    }

    private static void omit(ContenderKind kind, String reason) {
        System.err.printf("bench: %s is left out: %s%n", kind, reason);
    }
}
