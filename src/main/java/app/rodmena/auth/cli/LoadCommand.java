package app.rodmena.auth.cli;

import app.rodmena.auth.load.LoadException;
import app.rodmena.auth.load.LoadPlan;
import app.rodmena.auth.load.LoadResults;
import app.rodmena.auth.load.LoadRun;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * {@code ./run.sh load}: puts load on a server and says how it went.
 *
 * @param plan which load
 * @param shape how to say it
 */
public record LoadCommand(LoadPlan plan, Shape shape) {
    private static final int AS_EXPECTED = 0;
    private static final int NOT_AS_EXPECTED = 1;
    private static final int STOPPED = 130;

    private static final Duration BETWEEN_GLANCES = Duration.ofMillis(100);
    private static final List<Integer> SURGE = List.of(1, 10, 100, 1_000);

    /** How the result is printed. */
    public enum Shape {
        TEXT,
        JSON,
        /** One row for each of several numbers of clients. */
        SURGE
    }

    public LoadCommand {
        Objects.requireNonNull(plan, "plan");
        Objects.requireNonNull(shape, "shape");
    }

    /**
     * Does it. An interrupt ends it, with what was measured so far.
     *
     * @param out takes the result
     * @param err takes how far it is
     * @param isTerminal whether somebody watches, so that a line may be written over
     * @return the exit code: 0 if all was as expected, 1 if not, 130 if it was stopped
     * @throws CommandFailedException if there is nothing to put load on
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
                progress.say("what was made for the load could not all be removed");
            }
            return result;
        }
    }

    private static LoadResults finish(LoadRun run, ProgressLine progress) throws InterruptedException {
        try {
            while (!run.await(BETWEEN_GLANCES)) {
                progress.show(run.progress(), run.poolMaximum());
            }
        } catch (InterruptedException e) {
            // Stopped: what there is until now is the result
        }
        return run.finish();
    }
}
