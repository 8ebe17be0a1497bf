package app.rodmena.auth.bench;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.rbac.PermissionSql;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * PostgreSQL's pgbench with the same query as a prepared statement. It opens no more connections than the pools of the
 * other contenders, for any number of clients.
 */
final class Pgbench {
    private static final int MAX_CONNECTIONS = 10;
    private static final String LOG = "turn";

    /** The columns of its log of all transactions. */
    private static final int LATENCY_MICROS = 2;

    private final Path program;
    private final Path directory;
    private final DatabaseTarget database;
    private final Dataset data;

    /** @param directory an empty directory for its scripts and logs */
    Pgbench(Path program, Path directory, DatabaseTarget database, Dataset data) throws IOException {
        this.program = program;
        this.directory = directory;
        this.database = database;
        this.data = data;
        String query = PermissionSql.hasPermission().replace("\n", " ");
        for (int tenant = 0; tenant < data.keys().size(); tenant++) {
            Files.writeString(script(tenant), """
                    \\set user random(1, %d)
                    \\set name random(1, %d)
                    %s;
                    """.formatted(
                            data.users(), Dataset.PERMISSIONS, query.replace(":creator", ":tenant" + tenant)));
        }
    }

    LoadOutcome run(int clients, Duration time) throws IOException, InterruptedException {
        int connections = Math.min(clients, MAX_CONNECTIONS);
        int threads = Math.min(connections, Runtime.getRuntime().availableProcessors());
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--no-vacuum",
                "--protocol=prepared",
                "--client=" + connections,
                "--jobs=" + threads,
                "--time=" + time.toSeconds(),
                "--log",
                "--log-prefix=" + LOG));
        for (int tenant = 0; tenant < data.keys().size(); tenant++) {
            command.add("--define=tenant%d=%s".formatted(tenant, data.keys().get(tenant)));
            command.add("--file=" + script(tenant));
        }
        URI server = URI.create(database.jdbcUrl().substring("jdbc:".length()).split("\\?")[0]);
        command.addAll(List.of(
                "--host=" + server.getHost(),
                "--port=" + server.getPort(),
                "--username=" + database.user(),
                server.getPath().substring(1)));
        Program.run(
                directory,
                Map.of("PGPASSWORD", database.password().reveal(), "PGAPPNAME", ContenderKind.PGBENCH.toString()),
                command);
        return outcome(time);
    }

    private Path script(int tenant) {
        return directory.resolve("tenant%d.sql".formatted(tenant));
    }

    private LoadOutcome outcome(Duration time) throws IOException {
        List<Long> micros = new ArrayList<>();
        for (Path log : logs()) {
            try (Stream<String> lines = Files.lines(log)) {
                lines.map(line -> Long.valueOf(line.split(" ")[LATENCY_MICROS])).forEach(micros::add);
            }
            Files.delete(log);
        }
        if (micros.isEmpty()) {
            throw new BenchException("pgbench got no answer");
        }
        micros.sort(Comparator.naturalOrder());
        return new LoadOutcome(micros.size(), 0, time, quantile(micros, 0.5), quantile(micros, 0.99));
    }

    private List<Path> logs() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(LOG + "."))
                    .toList();
        }
    }

    private static Duration quantile(List<Long> sortedMicros, double quantile) {
        return Duration.of(sortedMicros.get((int) (quantile * (sortedMicros.size() - 1))), ChronoUnit.MICROS);
    }
}
