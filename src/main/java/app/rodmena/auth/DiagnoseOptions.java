package app.rodmena.auth;

import app.rodmena.auth.cli.DiagnoseCommand;
import app.rodmena.auth.cli.DiagnoseCommand.Login;
import app.rodmena.auth.cli.Format;
import app.rodmena.auth.postgres.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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
    private static final String USER = "--user";
    private static final String PASSWORD_FILE = "--password-file";
    private static final String JSON = "--json";
    private static final String DEFAULT_URL = "http://127.0.0.1:4001";

    private final CommandLine line = line();
    private final PasswordPrompt prompt;

    /** @param prompt asks for an operator's password, once */
    DiagnoseOptions(PasswordPrompt prompt) {
        this.prompt = prompt;
    }

    /**
     * What was asked, understood; empty if it is help.
     *
     * @throws UsageError for anything unknown, incomplete or impossible
     */
    Optional<DiagnoseCommand> parse(List<String> arguments) {
        ParseResult flags = Flags.parse(line, arguments.toArray(String[]::new), "./run.sh " + NAME);
        if (flags.hasMatchedOption(HELP)) {
            return Optional.empty();
        }
        return Optional.of(new DiagnoseCommand(
                url(flags.matchedOptionValue(URL, DEFAULT_URL)),
                login(flags),
                flags.hasMatchedOption(JSON) ? Format.JSON : Format.TEXT));
    }

    /** All there is to say, as many lines as it takes. */
    String help() {
        return line.getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    private static URI url(String text) {
        try {
            URI url = URI.create(text);
            if (List.of("http", "https").contains(url.getScheme())
                    && url.getHost() != null
                    && url.getUserInfo() == null) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // Refused below, as one that is another kind of address is.
        }
        throw new UsageError("%s: %s; must be as %s".formatted(URL, Given.quoted(text), DEFAULT_URL));
    }

    private Optional<Login> login(ParseResult flags) {
        if (!flags.hasMatchedOption(USER)) {
            if (flags.hasMatchedOption(PASSWORD_FILE)) {
                throw new UsageError(PASSWORD_FILE + " must go with " + USER);
            }
            return Optional.empty();
        }
        String user = flags.matchedOptionValue(USER, "");
        String password = flags.hasMatchedOption(PASSWORD_FILE)
                ? read(flags.matchedOptionValue(PASSWORD_FILE, ""))
                : prompt.ask(user);
        return Optional.of(new Login(user, Secret.of(password)));
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).replaceFirst("\\r?\\n$", "");
        } catch (IOException | InvalidPathException e) {
            throw new UsageError("%s: %s; must be a file this process can read, in UTF-8"
                    .formatted(PASSWORD_FILE, Given.quoted(file)));
        }
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
        command.addOption(option(URL, "URL", "Where its admin listener is (" + DEFAULT_URL + ")"));
        command.addOption(option(USER, "NAME", "The operator you are, where operators are set; asks for the password"));
        command.addOption(option(PASSWORD_FILE, "FILE", "File with the password"));
        command.addOption(
                OptionSpec.builder(JSON).description("All of it, for programs").build());
        command.addOption(OptionSpec.builder(HELP, "-h")
                .usageHelp(true)
                .description("Show this")
                .build());
        return Flags.commandLine(command);
    }

    private static OptionSpec option(String flag, String label, String meaning) {
        return OptionSpec.builder(flag)
                .type(String.class)
                .arity("1")
                .paramLabel(label)
                .description(meaning)
                .build();
    }
}
