package app.rodmena.auth.cli;

import app.rodmena.auth.AuthServer;
import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.capacity.BudgetExceededException;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.settings.DatabaseConfigReader;
import app.rodmena.auth.settings.EnvironmentVariables;
import app.rodmena.auth.settings.NameSuggestion;
import app.rodmena.auth.settings.ResolvedSettings;
import app.rodmena.auth.settings.ServerConfigReader;
import app.rodmena.auth.settings.ServerOptions;
import app.rodmena.auth.settings.Setting;
import app.rodmena.auth.settings.SettingValue;
import app.rodmena.auth.settings.UsageException;
import app.rodmena.auth.wire.DescriptorLimit;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The entry point: runs a command, or serves until it is asked to stop. */
public final class Main {
    private static final int STOPPED = 0;
    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    /** The exit code that a shell reports for a command ended by SIGINT. */
    private static final int INTERRUPTED = 130;

    /** The commands of run.sh; the last ones are run by the script and not by this program. */
    private static final List<String> COMMANDS = List.of(
            DiagnoseOptions.NAME,
            DemoCommand.NAME,
            LoadOptions.NAME,
            CapacityOptions.NAME,
            OperatorCommand.NAME,
            "test",
            "build",
            "bench");

    /** With fewer file descriptors the JVM cannot open the jars, and its behaviour is undefined. */
    private static final int LEAST_DESCRIPTORS = 64;

    /** The connections of the default pool and of the monitor. */
    private static final int DEFAULT_CONNECTIONS = 11;

    private final PrintStream out;
    private final PrintStream err;
    private final ProcessLifecycle lifetime;

    public Main(PrintStream out, PrintStream err, ProcessLifecycle lifetime) {
        this.out = out;
        this.err = err;
        this.lifetime = lifetime;
    }

    public static void main(String[] arguments) {
        // This process and its libraries print English text, which PostgreSQL, shells and HTTP clients parse.
        Locale.setDefault(Locale.ROOT);
        // Both would fail below in the JDK's own classes, with stack traces.
        if (!SettingValue.isReadable(System.getProperty("user.dir"))) {
            System.err.println("auth: the name of the working directory " + SettingValue.unreadable());
            System.exit(MISUSED);
        }
        if (DescriptorLimit.max() < LEAST_DESCRIPTORS) {
            System.err.println("auth: " + tooFewDescriptors(DescriptorLimit.required(DEFAULT_CONNECTIONS)));
            System.exit(MISUSED);
        }
        // Only here, and before the first logger: an application that embeds the server configures its own log.
        LogLevelOverrides.configure();
        ProcessLifecycle lifetime = isCommand(arguments) ? ProcessLifecycle.ofCommand() : ProcessLifecycle.ofServer();
        int code = new Main(System.out, System.err, lifetime).run(arguments, EnvironmentVariables.ofThisProcess());
        LogLevelOverrides.finish();
        lifetime.end(code);
    }

    /** Runs the command or the server, and returns the exit code. Reports every failure itself. */
    public int run(String[] arguments, Map<String, String> environment) {
        try {
            if (arguments.length > 0 && arguments[0].equals(OperatorCommand.NAME)) {
                List<String> words = List.of(arguments).subList(1, arguments.length);
                out.print(new OperatorCommand(PasswordPrompt.ofThisTerminal()).run(words, environment));
                return STOPPED;
            }
            if (arguments.length > 0 && arguments[0].equals(CapacityOptions.NAME)) {
                return capacity(List.of(arguments).subList(1, arguments.length), environment);
            }
            if (arguments.length > 0 && arguments[0].equals(DiagnoseOptions.NAME)) {
                return diagnose(List.of(arguments).subList(1, arguments.length));
            }
            if (arguments.length > 0 && arguments[0].equals(DemoCommand.NAME)) {
                List<String> words = List.of(arguments).subList(1, arguments.length);
                return lifetime.start(() -> new DemoCommand(out).run(words));
            }
            if (arguments.length > 0 && arguments[0].equals(LoadOptions.NAME)) {
                return load(List.of(arguments).subList(1, arguments.length), environment);
            }
            if (isCommand(arguments)) {
                throw new UsageException("no such command (not shown: it could be a secret)"
                        + NameSuggestion.hint(arguments[0], COMMANDS));
            }
            ServerOptions options = new ServerOptions();
            ServerOptions.Parsed parsed = options.parse(arguments, environment);
            switch (parsed.wish()) {
                case HELP -> out.print(options.help());
                case VERSION -> out.println("auth " + AuthServer.version());
                case SERVE -> serve(parsed.settings(), new EnvironmentVariables(environment).databasePassword());
            }
            return STOPPED;
        } catch (InterruptedException e) {
            LoggerFactory.getLogger(Main.class).info("Stopped: {}", e.getMessage());
            return isCommand(arguments) ? INTERRUPTED : STOPPED;
        } catch (UsageException | CommandFailedException e) {
            err.println("auth: " + e.getMessage());
            return MISUSED;
        } catch (Throwable e) {
            // Errors too: without an exit code the shutdown hook would wait forever.
            report(e);
            return FAILED;
        }
    }

    private static boolean isCommand(String[] arguments) {
        return arguments.length > 0 && !arguments[0].startsWith("-");
    }

    private int capacity(List<String> words, Map<String, String> environment) throws Exception {
        CapacityOptions options = new CapacityOptions(words, environment, PasswordPrompt.toLogIn());
        if (options.askForHelp()) {
            out.print(options.help());
            return STOPPED;
        }
        Command command = options.command();
        return lifetime.start(() -> command.run(out));
    }

    private int diagnose(List<String> words) throws Exception {
        DiagnoseOptions options = new DiagnoseOptions(PasswordPrompt.toLogIn());
        Optional<DiagnoseCommand> command = options.parse(words);
        if (command.isEmpty()) {
            out.print(options.help());
            return STOPPED;
        }
        return lifetime.start(() -> command.get().run(out));
    }

    private int load(List<String> words, Map<String, String> environment) throws Exception {
        LoadOptions options = new LoadOptions(words, environment);
        if (options.askForHelp()) {
            out.print(options.help());
            return STOPPED;
        }
        LoadCommand command = options.command();
        return lifetime.start(
                () -> command.run(out, err, PasswordPrompt.terminal().isPresent()));
    }

    private void serve(ResolvedSettings settings, Secret ambientPassword) throws Exception {
        Logger log = LoggerFactory.getLogger("auth");
        DatabaseConfigReader database = new DatabaseConfigReader(settings, ambientPassword);
        ServerConfig config = new ServerConfigReader(settings).read(database.read());
        int needed = DescriptorLimit.required(
                config.pool().poolSize() + config.pool().maxOverflow() + 1);
        if (DescriptorLimit.max() < needed) {
            throw new UsageException(tooFewDescriptors(needed));
        }
        LogLevelOverrides.of(settings.find(Setting.LOG_LEVEL)).apply();
        out.print(StartupBanner.configuration(AuthServer.version(), settings, config));
        database.warnings().forEach(warning -> err.println("auth: " + warning));
        try (AuthServer server = lifetime.start(() -> AuthServer.start(config))) {
            out.print(StartupBanner.started(server));
            out.flush();
            CompletableFuture<BudgetExceededException> refusal = new CompletableFuture<>();
            server.fleet().whenRefused(refused -> {
                refusal.complete(refused);
                lifetime.stop();
            });
            log.info(
                    "Serving on {}:{}, pid {}",
                    server.address().getHostString(),
                    server.address().getPort(),
                    ProcessHandle.current().pid());
            lifetime.awaitStop();
            log.info(
                    "Stopping: requests in flight have up to {} s",
                    config.http().shutdownGrace().toSeconds());
            if (refusal.isDone()) {
                throw refusal.join();
            }
        }
        log.info("Stopped: all connections are closed");
    }

    private static String tooFewDescriptors(int needed) {
        return "file descriptors: the limit is %s; at least %s are needed (ulimit -n %s)"
                .formatted(DescriptorLimit.max(), needed, needed);
    }

    /** Logs a failure with an external cause in one line, and an unexpected error with its stack trace. */
    private static void report(Throwable failure) {
        Logger log = LoggerFactory.getLogger(Main.class);
        Optional<Throwable> outside = Stream.<Throwable>iterate(failure, cause -> cause != null, Throwable::getCause)
                .filter(cause -> cause instanceof IllegalStateException
                        || (cause instanceof Exception && !(cause instanceof RuntimeException)))
                .findFirst();
        if (outside.isPresent() && outside.get().getMessage() != null) {
            log.error("Stopped: {}", outside.get().getMessage());
            log.debug("Stopped", failure);
        } else {
            log.error("Stopped by what nobody foresaw", failure);
        }
    }
}
