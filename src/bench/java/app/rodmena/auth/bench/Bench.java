package app.rodmena.auth.bench;

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

/** {@code ./run.sh bench http} and {@code start}, from the command line to the exit code. */
public final class Bench {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    private Bench() {}

    /** The first argument is what to measure. */
    public static void main(String[] arguments) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread main = Thread.currentThread();
        // Ctrl-C ends whatever is waited for, and the servers are stopped on the way out.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!over.get()) {
                main.interrupt();
                join(main);
            }
        }));
        // What this process does itself is not what anybody wants to read here.
        ((Logger) LoggerFactory.getLogger("auth.database")).setLevel(Level.WARN);
        ((Logger) LoggerFactory.getLogger("auth.migrations")).setLevel(Level.WARN);
        int code = run(arguments);
        over.set(true);
        System.exit(code);
    }

    private static int run(String[] arguments) throws Exception {
        String what = arguments[0];
        Task task = what.equals("start") ? new StartBench() : new Options();
        CommandLine command = new CommandLine(task)
                .setCommandName("./run.sh bench " + what)
                .setUsageHelpWidth(100)
                .setCaseInsensitiveEnumValuesAllowed(true);
        try {
            command.parseArgs(Arrays.copyOfRange(arguments, 1, arguments.length));
        } catch (ParameterException e) {
            return complain(MISUSED, e.getMessage());
        }
        if (task.isHelpWanted()) {
            command.usage(System.out);
            return DONE;
        }
        if (task.complaint().isPresent()) {
            return complain(MISUSED, task.complaint().get());
        }
        Path directory = Files.createTempDirectory("auth-bench-");
        try {
            task.run(Path.of(System.getProperty("bench.home")), directory);
            return DONE;
        } catch (Failed e) {
            return complain(FAILED, e.getMessage());
        } catch (InterruptedException e) {
            return complain(FAILED, "interrupted");
        } finally {
            FileUtils.deleteQuietly(directory.toFile());
        }
    }

    private static int complain(int code, String message) {
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
