package app.rodmena.auth.bench;

import app.rodmena.auth.cli.CommandOptions.HelpOption;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.commons.io.FileUtils;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The commands {@code ./run.sh bench} with http, start, warmup, overload and tls. */
public final class Bench {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int INVALID_USAGE = 2;

    private Bench() {}

    /** The first argument names the benchmark. */
    public static void main(String[] arguments) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread main = Thread.currentThread();
        // Ctrl-C interrupts the main thread, which then stops the servers.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!over.get()) {
                main.interrupt();
                join(main);
            }
        }));
        // The log of this process is not part of the output.
        ((Logger) LoggerFactory.getLogger("auth.database")).setLevel(Level.WARN);
        ((Logger) LoggerFactory.getLogger("auth.migrations")).setLevel(Level.WARN);
        int code = run(arguments);
        over.set(true);
        System.exit(code);
    }

    private static int run(String[] arguments) throws Exception {
        String what = arguments[0];
        Benchmark task = switch (what) {
            case "start" -> new StartBench();
            case "warmup" -> new WarmUpBench();
            case "overload" -> new OverloadBench();
            case "tls" -> new TlsBench();
            default -> new Options();
        };
        CommandLine command = new CommandLine(task)
                .addMixin("help", new HelpOption())
                .setCommandName("./run.sh bench " + what)
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true);
        try {
            command.parseArgs(Arrays.copyOfRange(arguments, 1, arguments.length));
        } catch (ParameterException e) {
            return printError(INVALID_USAGE, e.getMessage());
        }
        if (command.isUsageHelpRequested()) {
            command.usage(System.out);
            return DONE;
        }
        if (task.problem().isPresent()) {
            return printError(INVALID_USAGE, task.problem().get());
        }
        Path directory = Files.createTempDirectory("auth-bench-");
        try {
            task.run(Path.of(System.getProperty("bench.home")), directory);
            return DONE;
        } catch (BenchException e) {
            return printError(FAILED, e.getMessage());
        } catch (InterruptedException e) {
            return printError(FAILED, "interrupted");
        } finally {
            FileUtils.deleteQuietly(directory.toFile());
        }
    }

    private static int printError(int code, String message) {
        System.err.println("bench: " + message);
        return code;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
