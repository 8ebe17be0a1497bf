package app.rodmena.auth.tools.load;

import app.rodmena.auth.cli.CommandContext;
import app.rodmena.auth.cli.CommandFailedException;
import app.rodmena.auth.cli.CommandOptions;
import app.rodmena.auth.cli.CommandOptions.HelpOption;
import app.rodmena.auth.cli.CommandOptions.HiddenValueException;
import app.rodmena.auth.cli.CommandOptions.VariableDefaults;
import app.rodmena.auth.cli.PasswordPrompt;
import app.rodmena.auth.common.DurationFormat;
import app.rodmena.auth.common.Json;
import app.rodmena.auth.rbac.ClientKey;
import app.rodmena.auth.settings.EnvironmentVariables;
import app.rodmena.auth.settings.UsageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./run.sh load}: puts load on a server and prints the results. */
@Command(
        name = "load",
        sortOptions = false,
        description = "Puts load on a server, shows the use of its pool, and checks the server's answers.",
        customSynopsis = "./run.sh load [flags]",
        footer = {
            "",
            "Creates data under a new client key, and deletes it afterwards.",
            "Every flag with a value has an environment variable: --rate is AUTH_LOAD_RATE.",
            "",
            "Exit codes: 0 all expectations met, 1 not, 2 invalid flags or no server, 130 stopped by Ctrl-C."
        })
public final class LoadCommand implements Callable<Integer> {
    private static final int AS_EXPECTED = 0;
    private static final int NOT_AS_EXPECTED = 1;
    private static final int STOPPED = 130;
    private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(100);
    private static final List<Integer> SURGE_CLIENTS = List.of(1, 10, 100, 1_000);
    private static final Duration SURGE_DURATION = Duration.ofSeconds(10);
    private static final Duration MIN_DURATION = Duration.ofMillis(1);
    private static final Duration OPEN_LOOP_WARM_UP = Duration.ofSeconds(2);
    private static final String URL = "http://127.0.0.1:4000";

    private final CommandContext context;

    @Spec
    private CommandSpec spec;

    @Option(names = "--url", paramLabel = "URL", defaultValue = URL, description = "The server (" + URL + ")")
    private LoadTarget target;

    @Option(
            names = {"-n", "--requests"},
            paramLabel = "N",
            defaultValue = "1000",
            description = "Number of requests (1000)")
    private String requests;

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "DURATION",
            description = "Duration of the load, instead of a number of requests")
    private String duration;

    @Option(
            names = {"-c", "--clients"},
            paramLabel = "N",
            defaultValue = "100",
            description = "Connections, each with one request at a time (100)")
    private String clients;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Requests per second, independent of the server's speed; latency then counts from the time a"
                    + " request was due. Without it, each client sends its next request after the answer")
    private String rate;

    @Option(
            names = "--mix",
            paramLabel = "MIX",
            defaultValue = "roles",
            description =
                    "Kind of requests: roles, checks, writes, all (roles). all is eight checks, one list of roles,"
                            + " one write of ten")
    private LoadPlan.RequestMix mix;

    @Option(
            names = "--warm-up",
            paramLabel = "DURATION",
            description = "Time before the load during which the same requests are sent, but not counted: a cold client"
                    + " is late for many of its requests (2s with --rate, otherwise 0s)")
    private String warmUp;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "35s",
            description = "A request not answered within it has failed (35s)")
    private String timeout;

    @Option(
            names = "--key",
            paramLabel = "UUID",
            converter = Key.class,
            description = "Client key whose namespace to use, instead of a new one")
    private String key;

    @Option(
            names = "--surge",
            description = "Print a Markdown table for 1, 10, 100 and 1,000 clients, each for --duration (10s)")
    private boolean isSurge;

    @Option(names = "--json", description = "Print the result as JSON, and nothing else on stdout")
    private boolean isJson;

    @Option(names = "--yes-this-is-my-server", description = "Allow a server on another machine")
    private boolean isOwnServer;

    @Mixin
    HelpOption help;

    private static final class Key implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            try {
                ClientKey.parse(text);
                return text;
            } catch (IllegalArgumentException e) {
                throw new HiddenValueException("must be a UUID of version 4");
            }
        }
    }

    private LoadCommand(CommandContext context) {
        this.context = context;
    }

    public static CommandLine commandLine(CommandContext context) {
        return new CommandLine(new LoadCommand(context))
                .registerConverter(LoadTarget.class, LoadTarget::parse)
                .registerConverter(LoadPlan.RequestMix.class, CommandOptions.wireNames(LoadPlan.RequestMix.class))
                .setDefaultValueProvider(new VariableDefaults(context.environment(), EnvironmentVariables.LOAD_PREFIX));
    }

    /**
     * Runs the load. An interrupt stops it; the results up to then are printed.
     *
     * @return the exit code: 0 if all expectations are met, 1 if not, 130 if the load was stopped
     * @throws CommandFailedException if the load cannot be prepared or run, for example without a server
     */
    @Override
    public Integer call() throws Exception {
        LoadPlan plan = plan();
        return context.lifecycle().start(() -> run(plan));
    }

    private LoadPlan plan() {
        LoadPlan plan = new LoadPlan(
                target,
                CommandOptions.number(spec, "--requests", requests, LoadPlan.MAX_REQUESTS),
                duration == null
                        ? Optional.of(SURGE_DURATION).filter(time -> isSurge)
                        : Optional.of(time("--duration", duration, MIN_DURATION, Duration.ofDays(1))),
                CommandOptions.number(spec, "--clients", clients, LoadPlan.MAX_CLIENTS),
                rate == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(CommandOptions.number(spec, "--rate", rate, LoadPlan.MAX_RATE)),
                mix,
                warmUp == null
                        ? rate == null ? Duration.ZERO : OPEN_LOOP_WARM_UP
                        : time("--warm-up", warmUp, Duration.ZERO, Duration.ofHours(1)),
                time("--timeout", timeout, MIN_DURATION, Duration.ofHours(1)),
                Optional.ofNullable(key));
        if (!target.isLoopback() && !isOwnServer) {
            throw new UsageException(
                    "%s is on another machine; --yes-this-is-my-server allows the load".formatted(target));
        }
        Predicate<String> isGiven = spec.commandLine().getParseResult()::hasMatchedOption;
        if (isSurge) {
            Stream.of("--requests", "--clients", "--rate", "--json")
                    .filter(isGiven)
                    .findFirst()
                    .ifPresent(other -> {
                        throw new UsageException(
                                "%s can't go with --surge: it has fixed numbers of clients, each for --duration"
                                        .formatted(other));
                    });
        }
        if (duration != null && isGiven.test("--requests")) {
            throw new UsageException("--requests and --duration: one or the other");
        }
        return plan;
    }

    private Duration time(String option, String text, Duration min, Duration max) {
        Duration time = DurationFormat.parse(text)
                .orElseThrow(() -> CommandOptions.invalid(spec, option, text, DurationFormat.RULE));
        if (time.compareTo(min) < 0 || time.compareTo(max) > 0) {
            String rule = "must be %s to %s".formatted(DurationFormat.of(min), DurationFormat.of(max));
            throw CommandOptions.invalid(spec, option, text, rule);
        }
        return time;
    }

    private int run(LoadPlan plan) throws CommandFailedException {
        ProgressLine progress =
                new ProgressLine(context.err(), PasswordPrompt.terminal().isPresent());
        List<LoadResults> results = new ArrayList<>();
        boolean isStopped = false;
        try {
            for (int number : isSurge ? SURGE_CLIENTS : List.of(plan.clients())) {
                LoadResults result = measure(plan.withClients(number), progress);
                results.add(result);
                isStopped = result.interrupted();
                if (isStopped) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            isStopped = true;
        } finally {
            progress.clear();
        }
        if (!results.isEmpty()) {
            context.out().print(text(results));
        }
        if (isStopped) {
            return STOPPED;
        }
        return results.stream().allMatch(LoadResults::isOk) ? AS_EXPECTED : NOT_AS_EXPECTED;
    }

    private String text(List<LoadResults> results) {
        if (isSurge) {
            return LoadReport.surge(results);
        }
        return isJson ? Json.indented(results.get(0).fields()) : LoadReport.text(results.get(0));
    }

    private static LoadResults measure(LoadPlan plan, ProgressLine progress)
            throws CommandFailedException, InterruptedException {
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
                progress.show(run.progress(), run.pool().last(), run.pool().maximum());
            }
        } catch (InterruptedException e) {
            // Stopped: the measurements up to now are the result.
        }
        return run.finish();
    }
}
