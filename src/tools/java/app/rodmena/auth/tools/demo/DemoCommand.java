package app.rodmena.auth.tools.demo;

import app.rodmena.auth.AuthServer;
import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.api.HttpConfig;
import app.rodmena.auth.capacity.CapacityConfig;
import app.rodmena.auth.cli.CommandContext;
import app.rodmena.auth.cli.CommandOptions;
import app.rodmena.auth.cli.CommandOptions.HelpOption;
import app.rodmena.auth.cli.LogLevelOverrides;
import app.rodmena.auth.cli.ProcessLifecycle;
import app.rodmena.auth.common.DurationFormat;
import app.rodmena.auth.common.WireNamed;
import app.rodmena.auth.diagnosis.DiagnosisConfig;
import app.rodmena.auth.diagnosis.incident.IncidentsConfig;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.embedded.EmbeddedConfig;
import app.rodmena.auth.security.RemoteConfig;
import ch.qos.logback.classic.Level;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.slf4j.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./run.sh demo lock}: starts a server of its own, causes a failure and shows the server's diagnosis. */
@Command(
        name = "demo",
        description =
                "Starts a server of its own on free ports, causes a failure and shows the server's diagnosis. Leaves"
                        + " nothing behind but the incident that it shows.",
        customSynopsis = "./run.sh demo NAME")
public final class DemoCommand implements Callable<Integer> {
    private static final String NAME = "demo";

    private static final int SHOWN = 0;
    private static final int NOT_SHOWN = 1;

    private static final PoolSettings SMALL =
            PoolSettings.DEFAULT.withSize(3, 2).with(draft -> draft.poolTimeout = Duration.ofSeconds(3));

    /** For the leak demo: the default leak threshold would make the operator wait for a minute. */
    private static final PoolSettings IMPATIENT = SMALL.with(draft -> draft.leakThreshold = Duration.ofSeconds(2));

    private final PrintStream out;
    private final ProcessLifecycle lifecycle;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NAME", arity = "0..1")
    private Scenario scenario;

    @Mixin
    HelpOption help;

    private DemoCommand(CommandContext context) {
        this.out = context.out();
        this.lifecycle = context.lifecycle();
    }

    /** Creates the command line; its help lists the scenarios. */
    public static CommandLine commandLine(CommandContext context) {
        CommandLine line = new CommandLine(new DemoCommand(context))
                .registerConverter(Scenario.class, CommandOptions.wireNames(Scenario.class));
        line.getCommandSpec()
                .usageMessage()
                .footer(Stream.concat(
                                Stream.of(""),
                                Arrays.stream(Scenario.values())
                                        .map(scenario ->
                                                "  %-21s %s".formatted(scenario.wireName(), scenario.meaning())))
                        .toArray(String[]::new));
        return line;
    }

    /** Runs the demo; the exit code is 0 if the demo showed the expected diagnosis, 1 if not. */
    @Override
    public Integer call() throws Exception {
        if (scenario == null) {
            out.print(spec.commandLine().getUsageMessage());
            return SHOWN;
        }
        return lifecycle.start(this::play);
    }

    private int play() throws Exception {
        // The server's log would repeat the demo's output and interleave with it.
        new LogLevelOverrides(Map.of(Logger.ROOT_LOGGER_NAME, Level.ERROR, "auth.database", Level.OFF)).apply();
        out.printf("Demo \"%s\": %s.%n", scenario.wireName(), scenario.meaning());
        out.printf(
                "A server of its own starts, with its own PostgreSQL: a pool of %s + %s, pool_timeout %s.%n",
                SMALL.poolSize(), SMALL.maxOverflow(), DurationFormat.of(SMALL.poolTimeout()));
        Path directory = Files.createTempDirectory("auth-demo-");
        try (AuthServer server = AuthServer.start(config(scenario, directory))) {
            Demo demo = new Demo(server, directory, out);
            server.psql().ifPresent(command -> out.printf("%s%n", command));
            return demo.play(scenario) ? SHOWN : NOT_SHOWN;
        } finally {
            FileUtils.deleteQuietly(directory.toFile());
            out.printf("%nThe server is stopped and its data is deleted.%n");
        }
    }

    private static ServerConfig config(Scenario scenario, Path directory) {
        return new ServerConfig(
                new ServerConfig.Database.Embedded(new EmbeddedConfig(directory.resolve("data"), true)),
                scenario == Scenario.LEAK ? IMPATIENT : SMALL,
                CapacityConfig.DEFAULT,
                HttpConfig.DEFAULT.withAddress("127.0.0.1", 0),
                RemoteConfig.off().withPorts(OptionalInt.of(0), OptionalInt.empty(), OptionalInt.empty()),
                DiagnosisConfig.DEFAULT,
                new IncidentsConfig(Optional.of(directory.resolve("incidents")), Duration.ofSeconds(2), false, false),
                NAME,
                true);
    }

    /** The failures that a demo can show. */
    public enum Scenario implements WireNamed {
        LOCK("a session holds a table lock and is idle"),
        SLOW("a trigger makes every insert slow"),
        LEAK("code takes connections and does not return them"),
        IDLE_IN_TRANSACTION("code opens a transaction, then waits for another service"),
        KILL("backends are terminated, then PostgreSQL is killed");

        private final String meaning;

        Scenario(String meaning) {
            this.meaning = meaning;
        }

        @Override
        public String wireName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The description, a clause for the help. */
        public String meaning() {
            return meaning;
        }
    }
}
