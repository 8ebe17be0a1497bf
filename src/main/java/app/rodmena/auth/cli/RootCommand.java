package app.rodmena.auth.cli;

import app.rodmena.auth.AuthServer;
import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.capacity.BudgetExceededException;
import app.rodmena.auth.cli.CommandOptions.HelpOption;
import app.rodmena.auth.cli.CommandOptions.VariableDefaults;
import app.rodmena.auth.common.DurationFormat;
import app.rodmena.auth.http.DescriptorLimit;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.security.OperatorRole;
import app.rodmena.auth.settings.EnvironmentVariables;
import app.rodmena.auth.settings.ResolvedSettings;
import app.rodmena.auth.settings.ServerConfigReader;
import app.rodmena.auth.settings.Setting;
import app.rodmena.auth.settings.SettingOptions;
import app.rodmena.auth.settings.UsageException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./run.sh}: the whole command line. Without a command, runs the server until it is asked to stop. */
@Command(
        name = "run.sh",
        sortOptions = false,
        description = "An authorization server on PostgreSQL whose connection pool explains itself.",
        customSynopsis = "./run.sh [flags]",
        footer = {
            "",
            "Every flag has an environment variable: --max-overflow is AUTH_MAX_OVERFLOW. Flags override the",
            "environment, and both override the defaults. A profile counts as a pool size and an overflow given in",
            "the same place: --pool-size overrides --profile, which overrides AUTH_POOL_SIZE, which overrides",
            "AUTH_PROFILE. Durations are written 500ms, 30s, 5m, 1h; sizes in bytes or 16k, 1m.",
            "",
            "Exit codes: 0 stopped on request, 1 failed, 2 invalid flags or environment."
        })
final class RootCommand implements Callable<Integer> {
    private final CommandContext context;

    @Spec
    private CommandSpec spec;

    @Mixin
    HelpOption help;

    @Option(names = "--version", versionHelp = true, description = "Show the version")
    boolean version;

    private RootCommand(CommandContext context) {
        this.context = context;
    }

    /**
     * Parses the arguments and executes the command.
     *
     * @param failed reports a failure of the command, and returns the exit code
     * @return the exit code
     */
    static int execute(String[] arguments, CommandContext context, ToIntFunction<Throwable> failed) {
        CommandLine line = commandLine(context);
        if (Main.isCommand(arguments)) { // Without them the server starts earlier.
            addCommands(line, context);
        }
        return line.setExpandAtFiles(false)
                .setTrimQuotes(false)
                .setUsageHelpWidth(100)
                .setUsageHelpLongOptionsMaxWidth(34)
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setOut(new PrintWriter(context.out(), true, Charset.defaultCharset()))
                .setParameterExceptionHandler((e, words) -> {
                    context.err().println("auth: " + CommandOptions.message(e));
                    return Main.MISUSED;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> failed.applyAsInt(e))
                .execute(arguments);
    }

    private static void addCommands(CommandLine line, CommandContext context) {
        Map<String, String> environment = context.environment();
        line.addSubcommand(new CommandLine(new DiagnoseCommand(context)));
        ToolCommands.load().commandLines(context).forEach(line::addSubcommand);
        line.addSubcommand(CapacityOptions.commandLine(context)
                .setDefaultValueProvider(new VariableDefaults(environment, EnvironmentVariables.CAPACITY_PREFIX)));
        line.addSubcommand(new CommandLine(new OperatorCommand(context))
                .setDefaultValueProvider(new VariableDefaults(environment, EnvironmentVariables.PREFIX)));
        line.addSubcommand(new GenerateCompletion());
        line.registerConverter(URI.class, AdminClient::url);
        line.registerConverter(TextReport.OutputFormat.class, CommandOptions.wireNames(TextReport.OutputFormat.class));
        line.registerConverter(OperatorRole.class, CommandOptions.wireNames(OperatorRole.class));
    }

    /** The server's flags. */
    static CommandLine commandLine(CommandContext context) {
        CommandLine line = new CommandLine(new RootCommand(context));
        SettingOptions.addGroups(line.getCommandSpec());
        line.getCommandSpec().version(StartupBanner.version(AuthServer.version()));
        return line;
    }

    @Override
    public Integer call() throws Exception {
        serve();
        return CommandLine.ExitCode.OK;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // A stop never fails.
    private void serve() throws Exception {
        ResolvedSettings settings = SettingOptions.resolve(spec.commandLine().getParseResult(), context.environment());
        Secret ambientPassword = new EnvironmentVariables(context.environment()).databasePassword();
        ProcessLifecycle lifecycle = context.lifecycle();
        Logger log = LoggerFactory.getLogger("auth");
        ServerConfigReader reader = new ServerConfigReader(settings);
        ServerConfig config = reader.read(ambientPassword);
        int needed = DescriptorLimit.required(config.pool().maximum() + 1);
        if (DescriptorLimit.max() < needed) {
            throw new UsageException(Main.tooFewDescriptors(needed));
        }
        LogLevelOverrides.of(settings.find(Setting.LOG_LEVEL)).apply();
        context.out().print(StartupBanner.configuration(AuthServer.version(), settings, config));
        reader.warnings().forEach(warning -> context.err().println("auth: " + warning));
        try (AuthServer server = lifecycle.start(() -> AuthServer.start(config))) {
            context.out().print(StartupBanner.started(server));
            context.out().flush();
            CompletableFuture<BudgetExceededException> refusal = server.fleet().refusal();
            refusal.thenRun(lifecycle::stop);
            log.info(
                    "Serving on {}:{}, pid {}",
                    server.address().getHostString(),
                    server.address().getPort(),
                    ProcessHandle.current().pid());
            lifecycle.onSecondStop(server::endDrain);
            lifecycle.awaitStop();
            Duration drain = config.http().drain();
            log.info(
                    "Stopping: {}requests in flight have up to {} s",
                    drain.isZero()
                            ? ""
                            : "requests are served for another %s (a second signal ends this); then "
                                    .formatted(DurationFormat.of(drain)),
                    config.http().shutdownGrace().toSeconds());
            if (refusal.isDone()) {
                throw refusal.join();
            }
        }
        log.info("Stopped: all connections are closed");
    }
}
