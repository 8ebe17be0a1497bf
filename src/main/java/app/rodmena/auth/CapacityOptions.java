package app.rodmena.auth;

import app.rodmena.auth.capacity.Demand;
import app.rodmena.auth.cli.CapacityCommand;
import app.rodmena.auth.cli.CapacityCommand.Against;
import app.rodmena.auth.cli.Format;
import app.rodmena.auth.postgres.Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command line of {@code ./run.sh capacity}: the server's own settings where it has them, and a few more flags. */
final class CapacityOptions {
    static final String NAME = "capacity";

    private static final String HELP = "--help";
    private static final String MAX_CONNECTIONS = "--max-connections";
    private static final String FORMAT = "--format";

    private static final List<Setting> SETTINGS = List.of(
            Setting.WORKERS,
            Setting.PROFILE,
            Setting.POOL_SIZE,
            Setting.MAX_OVERFLOW,
            Setting.DATABASE_URL,
            Setting.DATABASE_PASSWORD_FILE);

    private final CommandLine line = line();

    /**
     * What was asked, understood; empty if it is help.
     *
     * @throws UsageError for anything unknown, incomplete, empty or out of range
     */
    Optional<CapacityCommand> parse(List<String> arguments, Map<String, String> environment) {
        ParseResult flags = Flags.parse(line, arguments.toArray(String[]::new), "./run.sh " + NAME);
        if (flags.hasMatchedOption(HELP)) {
            return Optional.empty();
        }
        Settings settings = Settings.of(Flags.given(flags), new Environment(environment).settings());
        Demand demand = Demand.of(new ConfigReader(settings).pool());
        Secret ambientPassword = Secret.of(environment.getOrDefault("PGPASSWORD", ""));
        return Optional.of(new CapacityCommand(demand, against(flags, settings, ambientPassword), format(flags)));
    }

    /** All there is to say, as many lines as it takes. */
    String help() {
        return line.getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    private static Against against(ParseResult flags, Settings settings, Secret ambientPassword) {
        if (flags.hasMatchedOption(MAX_CONNECTIONS)) {
            if (flags.hasMatchedOption(Setting.DATABASE_URL.flag())) {
                throw new UsageError("%s can't go with %s: the server says itself what it has"
                        .formatted(MAX_CONNECTIONS, Setting.DATABASE_URL.flag()));
            }
            return maxConnections(flags.matchedOptionValue(MAX_CONNECTIONS, ""));
        }
        if (!settings.has(Setting.DATABASE_URL)) {
            return new Against.Defaults();
        }
        ServerConfig.Database database = new DatabaseChoice(settings, ambientPassword).read();
        return database instanceof ServerConfig.Database.External external
                ? new Against.Server(external.url())
                : new Against.Defaults();
    }

    private static Against maxConnections(String text) {
        try {
            return new Against.Given(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw refuse(MAX_CONNECTIONS, text, "must be a whole number");
        } catch (IllegalArgumentException e) {
            throw refuse(MAX_CONNECTIONS, text, e.getMessage());
        }
    }

    private static Format format(ParseResult flags) {
        String word = flags.matchedOptionValue(FORMAT, "text");
        return Format.of(word)
                .orElseThrow(() -> refuse(FORMAT, word, "must be one of " + String.join(", ", Format.words())));
    }

    private static UsageError refuse(String flag, String text, String rule) {
        return new UsageError("%s: %s; %s".formatted(flag, Given.quoted(text), rule));
    }

    private static CommandLine line() {
        CommandSpec command = CommandSpec.create().name("./run.sh " + NAME);
        command.usageMessage()
                .width(100)
                .sortOptions(false)
                .description("How many connections a fleet of servers opens at most, and whether PostgreSQL has them.")
                .customSynopsis("./run.sh capacity --workers N [flags]")
                .footer(
                        "",
                        "Without --max-connections and --database-url, PostgreSQL's defaults are assumed. The environment"
                                + " variables of",
                        "the server's flags hold here, too.",
                        "",
                        "Exit codes: 0 it fits, 1 it does not fit, 2 it can't be told: the flags can't be, or the server"
                                + " can't be asked.");
        SETTINGS.forEach(setting -> command.addOption(Flags.option(setting)));
        command.addOption(OptionSpec.builder(MAX_CONNECTIONS)
                .type(String.class)
                .paramLabel("N")
                .description("What PostgreSQL has, where it is not asked")
                .build());
        command.addOption(OptionSpec.builder(FORMAT)
                .type(String.class)
                .paramLabel("FORMAT")
                .description(String.join(", ", Format.words()) + " (text)")
                .build());
        command.addOption(OptionSpec.builder(HELP, "-h")
                .usageHelp(true)
                .description("Show this")
                .build());
        return Flags.commandLine(command);
    }
}
