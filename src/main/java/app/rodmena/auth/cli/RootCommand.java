package app.rodmena.auth.cli;

import app.rodmena.auth.security.OperatorRole;
import app.rodmena.auth.settings.EnvironmentVariables;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.Charset;
import java.util.Map;
import java.util.function.ToIntFunction;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;

/** The whole command line: the server's flags, and the commands. */
final class RootCommand {
    private RootCommand() {}

    /**
     * Parses the arguments and executes the command.
     *
     * @param prompt asks for the password of a new operator
     * @param failed reports a failure of the command, and returns the exit code
     * @return the exit code
     */
    static int execute(
            String[] arguments, CommandContext context, PasswordPrompt prompt, ToIntFunction<Throwable> failed) {
        CommandLine line = ServerCommand.commandLine(context);
        if (Main.isCommand(arguments)) { // Without them the server starts earlier.
            addCommands(line, context, prompt);
        }
        return line.setExpandAtFiles(false)
                .setTrimQuotes(false)
                .setUsageHelpWidth(100)
                .setUsageHelpLongOptionsMaxWidth(34)
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setOut(new PrintWriter(context.out(), true, Charset.defaultCharset()))
                .setParameterExceptionHandler((e, words) -> {
                    context.err().println("auth: " + UsageErrors.message(e));
                    return Main.MISUSED;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> failed.applyAsInt(e))
                .execute(arguments);
    }

    private static void addCommands(CommandLine line, CommandContext context, PasswordPrompt prompt) {
        Map<String, String> environment = context.environment();
        line.addSubcommand(new CommandLine(new DiagnoseCommand(context)));
        ToolCommands.load().commandLines(context).forEach(line::addSubcommand);
        line.addSubcommand(CapacityOptions.commandLine(context)
                .setDefaultValueProvider(new VariableDefaults(environment, EnvironmentVariables.CAPACITY_PREFIX)));
        line.addSubcommand(new CommandLine(new OperatorCommand(context.out(), prompt))
                .setDefaultValueProvider(new VariableDefaults(environment, EnvironmentVariables.PREFIX)));
        line.addSubcommand(new GenerateCompletion());
        line.registerConverter(URI.class, AdminClient::url);
        line.registerConverter(TextReport.OutputFormat.class, new WireNameConverter<>(TextReport.OutputFormat.class));
        line.registerConverter(OperatorRole.class, new WireNameConverter<>(OperatorRole.class));
    }
}
