package app.rodmena.auth.tools.load;

import app.rodmena.auth.cli.CommandFailedException;
import app.rodmena.auth.cli.CommandJson;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * {@code ./run.sh load}: puts load on a server and prints the results.
 *
 * @param plan the load
 * @param shape the output format
 */
public record LoadCommand(LoadPlan plan, Shape shape) {
    private static final int AS_EXPECTED = 0;
    private static final int NOT_AS_EXPECTED = 1;
    private static final int STOPPED = 130;

    private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(100);
    private static final List<Integer> SURGE = List.of(1, 10, 100, 1_000);

    /** How the result is printed. */
    public enum Shape {
        TEXT,
        JSON,
        /** Runs the load with several numbers of clients and prints a table row for each. */
        SURGE
    }

    public LoadCommand {
        Objects.requireNonNull(plan, "plan");
        Objects.requireNonNull(shape, "shape");
    }

    /**
     * Runs the load. An interrupt stops it; the results up to then are printed.
     *
     * @param out receives the results
     * @param err receives the progress
     * @param isTerminal whether the output is a terminal, so that the progress line can be overwritten
     * @return the exit code: 0 if all expectations are met, 1 if not, 130 if the load was stopped
     * @throws CommandFailedException if the load cannot be prepared or run, for example without a server
     */
    public int run(PrintStream out, PrintStream err, boolean isTerminal) throws CommandFailedException {
        ProgressLine progress = new ProgressLine(err, isTerminal);
        List<Integer> clients = shape == Shape.SURGE ? SURGE : List.of(plan.clients());
        List<LoadResults> results = new ArrayList<>();
        boolean isStopped = false;
        try {
            for (int number : clients) {
                LoadResults result = measure(plan.withClients(number), progress);
                results.add(result);
                isStopped = result.interrupted();
                if (isStopped) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            isStopped = true;
        } catch (LoadException e) {
            progress.clear();
            throw new CommandFailedException(e.getMessage(), e);
        }
        progress.clear();
        if (!results.isEmpty()) {
            out.print(
                    switch (shape) {
                        case TEXT -> LoadReport.text(results.get(0));
                        case JSON -> CommandJson.text(LoadJson.of(results.get(0)));
                        case SURGE -> LoadReport.surge(results);
                    });
        }
        if (isStopped) {
            return STOPPED;
        }
        return results.stream().allMatch(LoadResults::isOk) ? AS_EXPECTED : NOT_AS_EXPECTED;
    }

    private static LoadResults measure(LoadPlan plan, ProgressLine progress)
            throws LoadException, InterruptedException {
        try (LoadRun run = LoadRun.prepare(plan)) {
            run.start();
            LoadResults result = finish(run, progress);
            if (!run.clean()) {
                progress.say("some data created for the load could not be removed");
            }
            return result;
        }
    }

    private static LoadResults finish(LoadRun run, ProgressLine progress) throws InterruptedException {
        try {
            while (!run.await(PROGRESS_INTERVAL)) {
                progress.show(run.progress(), run.poolMaximum());
            }
        } catch (InterruptedException e) {
            // Stopped: the measurements up to now are the result.
        }
        return run.finish();
    }
}
