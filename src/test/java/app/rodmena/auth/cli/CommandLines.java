package app.rodmena.auth.cli;

import app.rodmena.auth.settings.ResolvedSettings;
import app.rodmena.auth.settings.SettingOptions;
import app.rodmena.auth.settings.UsageException;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Parses command lines of the server without starting it. */
public final class CommandLines {
    private CommandLines() {}

    /** The effective settings; throws a {@link UsageException} with the message that the program prints. */
    public static ResolvedSettings settings(Map<String, String> environment, String... arguments) {
        try {
            return SettingOptions.resolve(server(environment).parseArgs(arguments), environment);
        } catch (ParameterException e) {
            throw new UsageException(CommandOptions.message(e));
        }
    }

    private static CommandLine server(Map<String, String> environment) {
        return RootCommand.commandLine(new CommandContext(
                System.out, System.err, new ProcessLifecycle(), environment, PasswordPrompt.toLogIn()));
    }
}
