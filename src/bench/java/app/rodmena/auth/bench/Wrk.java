package app.rodmena.auth.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The load generator wrk, which keeps a given number of connections busy. */
final class Wrk {
    /** The line of outcome.lua: time in µs, requests, other statuses, failures, median and p99 in µs. */
    private static final Pattern OUTCOME = Pattern.compile("outcome (\\d+) (\\d+) (\\d+) (\\d+) (\\d+) (\\d+)");

    private static final String TIMEOUT = "10s";

    /** Checks in a request of {@link #bulk}. */
    private static final int BULK = 1000;

    private static final int MAX_BULK_CLIENTS = 4;

    private final Path program;
    private final Path scripts;

    Wrk(Path program, Path scripts) {
        this.program = program;
        this.scripts = scripts;
    }

    /** Sends the checks of the dataset. */
    LoadOutcome check(URI server, Dataset data, int clients, Duration time) throws IOException, InterruptedException {
        return checks("/api/has_permission/", server, data, clients, time);
    }

    /** Sends requests for /ping which cost the client the same as checks. */
    LoadOutcome ping(URI server, Dataset data, int clients, Duration time) throws IOException, InterruptedException {
        return checks("/ping?", server, data, clients, time);
    }

    private LoadOutcome checks(String path, URI server, Dataset data, int clients, Duration time)
            throws IOException, InterruptedException {
        return run("checks.lua", server, arguments(server, data, path, Dataset.PERMISSIONS), clients, time);
    }

    /** Sends the checks of the dataset, {@link #BULK} in each request, from a few clients only; counts checks. */
    LoadOutcome bulk(URI server, Dataset data, int clients, Duration time) throws IOException, InterruptedException {
        LoadOutcome requests = run(
                "bulk.lua",
                server,
                arguments(server, data, BULK, Dataset.PERMISSIONS),
                Math.min(clients, MAX_BULK_CLIENTS),
                time);
        return new LoadOutcome(
                requests.answers() * BULK, requests.errors(), requests.took(), requests.median(), requests.p99());
    }

    private static List<String> arguments(URI server, Dataset data, Object... more) {
        List<String> arguments = new ArrayList<>(List.of(server.getAuthority(), Integer.toString(data.users())));
        Stream.of(more).map(Object::toString).forEach(arguments::add);
        arguments.addAll(data.keys());
        return arguments;
    }

    /** Grants roles of the dataset. */
    LoadOutcome grant(URI server, Dataset data, int clients, Duration time) throws IOException, InterruptedException {
        return run("grants.lua", server, arguments(server, data), clients, time);
    }

    /** Sends GET requests for one path. */
    LoadOutcome get(URI server, String path, int clients, Duration time) throws IOException, InterruptedException {
        return run("outcome.lua", server.resolve(path), List.of(), clients, time);
    }

    private LoadOutcome run(String script, URI target, List<String> arguments, int clients, Duration time)
            throws IOException, InterruptedException {
        int threads = Math.min(clients, Runtime.getRuntime().availableProcessors());
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--threads=" + threads,
                "--connections=" + clients,
                "--duration=%ds".formatted(time.toSeconds()),
                "--timeout=" + TIMEOUT,
                "--script=" + scripts.resolve(script),
                target.toString(),
                "--"));
        command.addAll(arguments);
        String output = Program.run(scripts, Map.of(), command);
        Matcher outcome = OUTCOME.matcher(output);
        if (!outcome.find()) {
            throw new BenchException("unexpected output of wrk: " + output.strip());
        }
        long otherStatus = number(outcome, 3);
        return new LoadOutcome(
                number(outcome, 2) - otherStatus,
                otherStatus + number(outcome, 4),
                micros(outcome, 1),
                micros(outcome, 5),
                micros(outcome, 6));
    }

    private static Duration micros(Matcher outcome, int group) {
        return Duration.of(number(outcome, group), ChronoUnit.MICROS);
    }

    private static long number(Matcher outcome, int group) {
        return Long.parseLong(outcome.group(group));
    }
}
