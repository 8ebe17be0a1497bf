package app.rodmena.auth.cli;

import app.rodmena.auth.http.DescriptorLimit;
import app.rodmena.auth.settings.EnvironmentVariables;
import app.rodmena.auth.settings.SettingValue;
import app.rodmena.auth.settings.UsageException;
import java.io.PrintStream;
import java.security.Security;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entry point: runs a command, or serves until it is asked to stop.
 *
 * <p>No signature names a type of a library: the JVM would load it before {@link #main} checks the limit of file
 * descriptors, and fail with a stack trace if the limit is too low for the jars.
 *
 * @param prompt asks for the password of a new operator
 */
public record Main(PrintStream out, PrintStream err, ProcessLifecycle lifecycle, PasswordPrompt prompt) {
    private static final int STOPPED = 0;
    private static final int FAILED = 1;
    static final int MISUSED = 2;

    /** The exit code that a shell reports for a command ended by SIGINT. */
    private static final int INTERRUPTED = 130;

    /** With fewer file descriptors the JVM cannot open the jars, and its behaviour is undefined. */
    private static final int MIN_DESCRIPTORS = 64;

    private static final String DNS_CACHE_SECONDS = "2";

    /** The connections of the default pool and of the monitor. */
    private static final int DEFAULT_CONNECTIONS = 11;

    public Main(PrintStream out, PrintStream err, ProcessLifecycle lifecycle) {
        this(out, err, lifecycle, PasswordPrompt.ofThisTerminal());
    }

    public static void main(String[] arguments) {
        // This process and its libraries print English text, which PostgreSQL, shells and HTTP clients parse.
        Locale.setDefault(Locale.ROOT);
        // Both would fail below in the JDK's own classes, with stack traces.
        if (!SettingValue.isReadable(System.getProperty("user.dir"))) {
            System.err.println("auth: the name of the working directory " + SettingValue.unreadable());
            System.exit(MISUSED);
        }
        if (DescriptorLimit.max() < MIN_DESCRIPTORS) {
            System.err.println("auth: " + tooFewDescriptors(DescriptorLimit.required(DEFAULT_CONNECTIONS)));
            System.exit(MISUSED);
        }
        // The JVM keeps an address for 30 s by default; a failover may move a name to another server.
        Security.setProperty("networkaddress.cache.ttl", DNS_CACHE_SECONDS);
        Security.setProperty("networkaddress.cache.negative.ttl", DNS_CACHE_SECONDS);
        // Only here, and before the first logger: an application that embeds the server configures its own log.
        LogLevelOverrides.configure();
        ProcessLifecycle lifecycle = isCommand(arguments) ? ProcessLifecycle.ofCommand() : ProcessLifecycle.ofServer();
        int code = new Main(System.out, System.err, lifecycle).run(arguments, EnvironmentVariables.ofThisProcess());
        LogLevelOverrides.finish();
        lifecycle.end(code);
    }

    /** Runs the command or the server, and returns the exit code. Reports every failure itself. */
    public int run(String[] arguments, Map<String, String> environment) {
        CommandContext context = new CommandContext(out, err, lifecycle, environment, prompt);
        try {
            return RootCommand.execute(arguments, context, failure -> failed(failure, arguments));
        } catch (Throwable e) {
            // Errors too: without an exit code the shutdown hook would wait forever.
            return failed(e, arguments);
        }
    }

    private int failed(Throwable failure, String[] arguments) {
        if (failure instanceof InterruptedException) {
            LoggerFactory.getLogger(Main.class).info("Stopped: {}", failure.getMessage());
            return isCommand(arguments) ? INTERRUPTED : STOPPED;
        }
        if (failure instanceof UsageException || failure instanceof CommandFailedException) {
            err.println("auth: " + failure.getMessage());
            return MISUSED;
        }
        report(failure);
        return FAILED;
    }

    static boolean isCommand(String[] arguments) {
        return arguments.length > 0 && !arguments[0].startsWith("-");
    }

    static String tooFewDescriptors(int needed) {
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
            log.error("Stopped by an unexpected error", failure);
        }
    }
}
