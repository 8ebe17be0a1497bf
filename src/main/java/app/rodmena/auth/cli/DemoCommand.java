package app.rodmena.auth.cli;

import app.rodmena.auth.AuthServer;
import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.capacity.CapacityConfig;
import app.rodmena.auth.diagnosis.DiagnosisConfig;
import app.rodmena.auth.embedded.EmbeddedConfig;
import app.rodmena.auth.http.HttpConfig;
import app.rodmena.auth.incidents.IncidentsConfig;
import app.rodmena.auth.operators.RemoteConfig;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.settings.DurationFormat;
import app.rodmena.auth.settings.SettingValue;
import app.rodmena.auth.settings.UsageException;
import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.slf4j.Logger;

/** {@code ./run.sh demo lock}: starts a server of its own, causes a failure and shows the server's diagnosis. */
final class DemoCommand {
    static final String NAME = "demo";

    private static final int SHOWN = 0;
    private static final int NOT_SHOWN = 1;

    private static final PoolSettings SMALL =
            PoolSettings.DEFAULT.withSize(3, 2).withPoolTimeout(Duration.ofSeconds(3));

    /** For the leak demo: the default leak threshold would make the operator wait for a minute. */
    private static final PoolSettings IMPATIENT = SMALL.withLeakThreshold(Duration.ofSeconds(2));

    private final PrintStream out;

    DemoCommand(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the demo.
     *
     * @param words the arguments after {@code demo}
     * @return the exit code: 0 if the demo showed all it promises, 1 if not
     * @throws UsageException for an unknown demo or further arguments
     */
    int run(List<String> words) throws Exception {
        if (words.isEmpty() || List.of("--help", "-h").contains(words.get(0))) {
            out.print(help());
            return SHOWN;
        }
        DemoScenario trouble = DemoScenario.of(words.get(0))
                .orElseThrow(() -> new UsageException("there is no demo %s; there are %s"
                        .formatted(SettingValue.quoted(words.get(0)), String.join(", ", DemoScenario.words()))));
        if (words.size() > 1) {
            throw new UsageException("a demo takes nothing more than its name");
        }
        // The server's log would repeat the demo's output and interleave with it.
        new LogLevelOverrides(Map.of(Logger.ROOT_LOGGER_NAME, Level.ERROR, "auth.database", Level.OFF)).apply();
        Path directory = Files.createTempDirectory("auth-demo-");
        try {
            return play(trouble, directory) ? SHOWN : NOT_SHOWN;
        } finally {
            FileUtils.deleteQuietly(directory.toFile());
        }
    }

    static String help() {
        return "./run.sh demo NAME starts a server of its own, on free ports, brings it into trouble, shows what it says"
                + " of that,%nand leaves nothing behind but the incident it shows. There are%n%n".formatted()
                + Arrays.stream(DemoScenario.values())
                        .map(trouble -> "  %-21s %s%n".formatted(trouble.word(), trouble.meaning()))
                        .collect(Collectors.joining());
    }

    private boolean play(DemoScenario trouble, Path directory) throws Exception {
        out.printf("Demo \"%s\": %s.%n", trouble.word(), trouble.meaning());
        out.printf(
                "A server of its own starts, with a PostgreSQL of its own: a pool of %s + %s, pool_timeout %s.%n",
                SMALL.poolSize(), SMALL.maxOverflow(), DurationFormat.of(SMALL.poolTimeout()));
        try (AuthServer server = AuthServer.start(config(trouble, directory))) {
            DemoStage stage = new DemoStage(
                    url(server.address()),
                    url(server.adminAddress().orElseThrow()),
                    server.databaseTarget(),
                    cluster(directory),
                    server.engine(),
                    Path.of(System.getProperty("java.io.tmpdir")));
            out.printf("API %s, admin listener %s%n", stage.api(), stage.admin());
            server.psql().ifPresent(command -> out.printf("%s%n", command));
            return new Demo(stage, out).play(trouble);
        } finally {
            out.printf("%nThe server is stopped, and its data is gone.%n");
        }
    }

    private static ServerConfig config(DemoScenario trouble, Path directory) {
        return new ServerConfig(
                new ServerConfig.Database.Embedded(new EmbeddedConfig(directory.resolve("data"), true)),
                trouble == DemoScenario.LEAK ? IMPATIENT : SMALL,
                CapacityConfig.DEFAULT,
                HttpConfig.DEFAULT.withAddress("127.0.0.1", 0),
                RemoteConfig.off().withPorts(OptionalInt.of(0), OptionalInt.empty(), OptionalInt.empty()),
                DiagnosisConfig.DEFAULT,
                new IncidentsConfig(Optional.of(directory.resolve("incidents")), Duration.ofSeconds(2), false),
                NAME,
                true);
    }

    private static URI url(InetSocketAddress address) {
        return URI.create("http://127.0.0.1:" + address.getPort());
    }

    private static Path cluster(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory, 4)) {
            return files.filter(file -> file.endsWith("postmaster.pid"))
                    .findFirst()
                    .map(Path::getParent)
                    .orElseThrow(() -> new IOException("PostgreSQL's data is not below " + directory));
        }
    }
}
