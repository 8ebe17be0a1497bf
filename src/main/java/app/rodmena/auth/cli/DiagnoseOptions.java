package app.rodmena.auth.cli;

import app.rodmena.auth.settings.CommandLineParser;
import app.rodmena.auth.settings.UsageException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command line of {@code ./run.sh diagnose}. */
final class DiagnoseOptions {
    static final String NAME = "diagnose";

    private static final String HELP = "--help";
    private static final String URL = "--url";
    private static final String JSON = "--json";

    private final CommandLine line = line();
    private final AdminClientOptions admin;

    /** @param prompt asks for an operator's password; used for a login only, so it asks once */
    DiagnoseOptions(PasswordPrompt prompt) {
        admin = new AdminClientOptions(prompt);
    }

    /**
     * Parses the arguments; empty if they ask for help.
     *
     * @throws UsageException for an unknown, incomplete or invalid flag
     */
    Optional<DiagnoseCommand> parse(List<String> arguments) {
        ParseResult flags = CommandLineParser.parse(line, arguments.toArray(String[]::new), "./run.sh " + NAME);
        if (flags.hasMatchedOption(HELP)) {
            return Optional.empty();
        }
        return Optional.of(new DiagnoseCommand(
                admin.read(flags, URL, flags.matchedOptionValue(URL, AdminClientOptions.DEFAULT_URL)),
                flags.hasMatchedOption(JSON) ? OutputFormat.JSON : OutputFormat.TEXT));
    }

    /** The help text, of several lines. */
    String help() {
        return line.getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    private static CommandLine line() {
        CommandSpec command = CommandSpec.create().name("./run.sh " + NAME);
        command.usageMessage()
                .width(100)
                .sortOptions(false)
                .description(
                        "Why the pool of a running server is as it is: who has connections, who waits, what to do.")
                .customSynopsis("./run.sh diagnose [--url URL] [--json]")
                .footer("", "Exit codes: 0 it is well, 1 it is not, 2 it can't be told: the server can't be asked.");
        command.addOption(CommandLineParser.valued(
                URL, "URL", "Where its admin listener is (" + AdminClientOptions.DEFAULT_URL + ")"));
        AdminClientOptions.addLoginTo(command);
        command.addOption(
                OptionSpec.builder(JSON).description("All of it, for programs").build());
        command.addOption(OptionSpec.builder(HELP, "-h")
                .usageHelp(true)
                .description("Show this")
                .build());
        return CommandLineParser.commandLine(command);
    }
}
