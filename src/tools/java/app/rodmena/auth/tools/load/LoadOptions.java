package app.rodmena.auth.tools.load;

import app.rodmena.auth.cli.CommandContext;
import app.rodmena.auth.cli.DurationConverter;
import app.rodmena.auth.cli.HelpOption;
import app.rodmena.auth.cli.HiddenValueException;
import app.rodmena.auth.cli.IntegerRange;
import app.rodmena.auth.cli.PasswordPrompt;
import app.rodmena.auth.cli.VariableDefaults;
import app.rodmena.auth.cli.WireNameConverter;
import app.rodmena.auth.common.DurationFormat;
import app.rodmena.auth.rbac.ClientKey;
import app.rodmena.auth.settings.EnvironmentVariables;
import app.rodmena.auth.settings.UsageException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command line of {@code ./run.sh load}. */
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
public final class LoadOptions implements Callable<Integer> {
    private static final Duration MAX_TIMEOUT = Duration.ofHours(1);
    private static final Duration SURGE_DURATION = Duration.ofSeconds(10);
    private static final int DEFAULT_REQUESTS = 1_000;
    private static final String URL = "http://127.0.0.1:4000";

    private final CommandContext context;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = URL,
            converter = Target.class,
            description = "The server (" + URL + ")")
    private LoadTarget target;

    @Option(
            names = {"-n", "--requests"},
            paramLabel = "N",
            converter = Requests.class,
            description = "Number of requests (1000)")
    private Integer requests;

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "DURATION",
            description = "Duration of the load, instead of a number of requests")
    private Duration duration;

    @Option(
            names = {"-c", "--clients"},
            paramLabel = "N",
            defaultValue = "100",
            converter = Clients.class,
            description = "Connections, each with one request at a time (100)")
    private int clients;

    @Option(
            names = "--rate",
            paramLabel = "N",
            converter = Rate.class,
            description = "Requests per second, independent of the server's speed; latency then counts from the time a"
                    + " request was due. Without it, each client sends its next request after the answer")
    private Integer rate;

    @Option(
            names = "--mix",
            paramLabel = "MIX",
            defaultValue = "roles",
            converter = Mix.class,
            description =
                    "Kind of requests: roles, checks, writes, all (roles). all is eight checks, one list of roles,"
                            + " one write of ten")
    private RequestMix mix;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "35s",
            converter = Timeout.class,
            description = "A request not answered within it has failed (35s)")
    private Duration timeout;

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

    private static final class Requests extends IntegerRange {
        Requests() {
            super(LoadAmount.Requests.MAX_COUNT);
        }
    }

    private static final class Clients extends IntegerRange {
        Clients() {
            super(LoadPlan.MAX_CLIENTS);
        }
    }

    private static final class Rate extends IntegerRange {
        Rate() {
            super(LoadPlan.MAX_RATE);
        }
    }

    private static final class Target implements ITypeConverter<LoadTarget> {
        @Override
        public LoadTarget convert(String text) {
            if (text.contains("@")) {
                throw new HiddenValueException("must not contain a login; --key sets the client key");
            }
            return LoadTarget.parse(text);
        }
    }

    private static final class Mix extends WireNameConverter<RequestMix> {
        Mix() {
            super(RequestMix.class);
        }
    }

    private static final class Timeout implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Duration timeout = new DurationConverter().convert(text);
            if (timeout.isZero() || timeout.compareTo(MAX_TIMEOUT) > 0) {
                throw new TypeConversionException("must be 1ms to 1h");
            }
            return timeout;
        }
    }

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

    private LoadOptions(CommandContext context) {
        this.context = context;
    }

    /** Creates the command line, with defaults from the environment variables. */
    public static CommandLine commandLine(CommandContext context) {
        return new CommandLine(new LoadOptions(context))
                .setDefaultValueProvider(new VariableDefaults(context.environment(), EnvironmentVariables.LOAD_PREFIX));
    }

    @Override
    public Integer call() throws Exception {
        LoadCommand command = command();
        return context.lifecycle()
                .start(() -> command.run(
                        context.out(), context.err(), PasswordPrompt.terminal().isPresent()));
    }

    private LoadCommand command() {
        if (!target.isLoopback() && !isOwnServer) {
            throw new UsageException(
                    "%s is on another machine; --yes-this-is-my-server allows the load".formatted(target));
        }
        LoadPlan plan = new LoadPlan(
                target,
                amount(),
                clients,
                rate == null ? OptionalInt.empty() : OptionalInt.of(rate),
                mix,
                timeout,
                Optional.ofNullable(key));
        if (isSurge) {
            return new LoadCommand(plan, LoadCommand.Shape.SURGE);
        }
        return new LoadCommand(plan, isJson ? LoadCommand.Shape.JSON : LoadCommand.Shape.TEXT);
    }

    private LoadAmount amount() {
        if (isSurge) {
            Stream.of("--requests", "--clients", "--rate", "--json")
                    .filter(spec.commandLine().getParseResult()::hasMatchedOption)
                    .findFirst()
                    .ifPresent(other -> {
                        throw new UsageException(
                                "%s can't go with --surge: it has fixed numbers of clients, each for --duration"
                                        .formatted(other));
                    });
            return during(duration == null ? SURGE_DURATION : duration);
        }
        if (duration != null && requests != null) {
            throw new UsageException("--requests and --duration: one or the other");
        }
        return duration == null
                ? new LoadAmount.Requests(requests == null ? DEFAULT_REQUESTS : requests)
                : during(duration);
    }

    private LoadAmount during(Duration time) {
        try {
            return new LoadAmount.During(time);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--duration: %s; %s".formatted(DurationFormat.of(time), e.getMessage()));
        }
    }
}
