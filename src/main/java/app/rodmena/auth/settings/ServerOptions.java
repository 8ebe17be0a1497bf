package app.rodmena.auth.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Reads the server's command line and environment into {@link ResolvedSettings}. */
public final class ServerOptions {
    private static final String HELP = "--help";
    private static final String VERSION = "--version";

    private final CommandLine command = command();

    /** The action that the command line requests. */
    public enum Wish {
        SERVE,
        HELP,
        VERSION
    }

    /**
     * The parsed command line.
     *
     * @param settings the effective settings; only the defaults unless the wish is to serve
     */
    public record Parsed(Wish wish, ResolvedSettings settings) {}

    /**
     * Parses a command line.
     *
     * @throws UsageException for an unknown, incomplete or empty flag or environment variable
     */
    public Parsed parse(String[] arguments, Map<String, String> environment) {
        ParseResult flags = CommandLineParser.parse(command, arguments, "this server");
        if (flags.hasMatchedOption(HELP)) {
            return new Parsed(Wish.HELP, ResolvedSettings.of(List.of(), List.of()));
        }
        if (flags.hasMatchedOption(VERSION)) {
            return new Parsed(Wish.VERSION, ResolvedSettings.of(List.of(), List.of()));
        }
        return new Parsed(
                Wish.SERVE,
                ResolvedSettings.of(CommandLineParser.given(flags), new EnvironmentVariables(environment).settings()));
    }

    /** The help text, of several lines. */
    public String help() {
        return command.getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    private static CommandLine command() {
        CommandSpec command = CommandSpec.create().name("./run.sh");
        command.usageMessage()
                .width(100)
                .sortOptions(false)
                .description("An authorization server on PostgreSQL whose connection pool explains itself.")
                .customSynopsis("./run.sh [flags]")
                .footer(
                        "",
                        "Every flag has an environment variable: --max-overflow is AUTH_MAX_OVERFLOW. Flags win over the",
                        "environment, both win over the defaults. A profile counts as a pool size and an overflow given in",
                        "the same place: --pool-size wins over --profile, that over AUTH_POOL_SIZE, that over AUTH_PROFILE.",
                        "Durations are written 500ms, 30s, 5m, 1h; sizes in bytes or 16k, 1m.",
                        "",
                        "Exit codes: 0 stopped as asked, 1 failed, 2 the flags or the environment can't be.");
        for (Setting.Group group : Setting.Group.values()) {
            command.addArgGroup(argGroup(group));
        }
        command.addOption(OptionSpec.builder(HELP, "-h")
                .usageHelp(true)
                .description("Show this")
                .build());
        command.addOption(OptionSpec.builder(VERSION)
                .versionHelp(true)
                .description("Show the version")
                .build());
        return CommandLineParser.commandLine(command);
    }

    private static ArgGroupSpec argGroup(Setting.Group group) {
        ArgGroupSpec.Builder builder = ArgGroupSpec.builder()
                .heading("%n" + group.title() + "%n")
                .validate(false)
                .multiplicity("0..1");
        Arrays.stream(Setting.values())
                .filter(setting -> setting.group() == group)
                .map(CommandLineParser::option)
                .forEach(builder::addArg);
        return builder.build();
    }
}
