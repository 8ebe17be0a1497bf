package app.rodmena.auth.cli;

import app.rodmena.auth.load.LoadAmount;
import app.rodmena.auth.load.LoadPlan;
import app.rodmena.auth.load.LoadTarget;
import app.rodmena.auth.load.RequestMix;
import app.rodmena.auth.rbac.ClientKey;
import app.rodmena.auth.settings.CommandLineParser;
import app.rodmena.auth.settings.DurationFormat;
import app.rodmena.auth.settings.EnvironmentVariables;
import app.rodmena.auth.settings.SettingValue;
import app.rodmena.auth.settings.UsageException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command line of {@code ./run.sh load}; a flag that is not given is read from its environment variable. */
final class LoadOptions {
    static final String NAME = "load";

    private static final String HELP = "--help";
    private static final String URL = "--url";
    private static final String REQUESTS = "--requests";
    private static final String DURATION = "--duration";
    private static final String CLIENTS = "--clients";
    private static final String RATE = "--rate";
    private static final String MIX = "--mix";
    private static final String TIMEOUT = "--timeout";
    private static final String KEY = "--key";
    private static final String JSON = "--json";
    private static final String SURGE = "--surge";
    private static final String MINE = "--yes-this-is-my-server";

    private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

    private final CommandLine line = line();
    private final ParseResult flags;
    private final Map<String, String> environment;

    /** @throws UsageException for an unknown or incomplete flag */
    LoadOptions(List<String> arguments, Map<String, String> environment) {
        this.flags = CommandLineParser.parse(line, arguments.toArray(String[]::new), "./run.sh " + NAME);
        this.environment = environment;
    }

    boolean askForHelp() {
        return flags.hasMatchedOption(HELP);
    }

    /** The help text, of several lines. */
    String help() {
        return line.getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    /**
     * @throws UsageException for an invalid value, or for a server on another machine without the flag that allows it
     */
    LoadCommand command() {
        LoadCommand.Shape shape = shape();
        return new LoadCommand(
                new LoadPlan(
                        target(),
                        amount(shape),
                        read(CLIENTS, "100", whole(LoadPlan.MAX_CLIENTS)),
                        given(RATE).isPresent()
                                ? OptionalInt.of(read(RATE, "", whole(LoadPlan.MAX_RATE)))
                                : OptionalInt.empty(),
                        read(MIX, word(RequestMix.ROLES), LoadOptions::mix),
                        read(TIMEOUT, "35s", LoadOptions::timeout),
                        given(KEY).map(LoadOptions::key)),
                shape);
    }

    private LoadCommand.Shape shape() {
        boolean json = flags.hasMatchedOption(JSON);
        if (!flags.hasMatchedOption(SURGE)) {
            return json ? LoadCommand.Shape.JSON : LoadCommand.Shape.TEXT;
        }
        List.of(REQUESTS, CLIENTS, RATE, JSON).stream()
                .filter(flags::hasMatchedOption)
                .findFirst()
                .ifPresent(other -> {
                    throw new UsageException(
                            "%s can't go with %s: it has its own numbers of clients, for as long as %s says"
                                    .formatted(other, SURGE, DURATION));
                });
        return LoadCommand.Shape.SURGE;
    }

    private LoadTarget target() {
        if (given(URL).filter(url -> url.contains("@")).isPresent()) {
            throw new UsageException(URL + " must have no login in it; --key is who asks");
        }
        LoadTarget target = read(URL, "http://127.0.0.1:4000", LoadTarget::parse);
        if (!target.isLoopback() && !flags.hasMatchedOption(MINE)) {
            throw new UsageException(
                    "%s is not this machine; if it is yours to put load on, say so: %s".formatted(target, MINE));
        }
        return target;
    }

    private LoadAmount amount(LoadCommand.Shape shape) {
        if (shape == LoadCommand.Shape.SURGE) {
            return read(DURATION, "10s", LoadOptions::during);
        }
        if (given(DURATION).isEmpty()) {
            return new LoadAmount.Requests(read(REQUESTS, "1000", whole(LoadAmount.Requests.MAX_COUNT)));
        }
        if (given(REQUESTS).isPresent()) {
            throw new UsageException("%s and %s: one or the other".formatted(REQUESTS, DURATION));
        }
        return read(DURATION, "", LoadOptions::during);
    }

    private static LoadAmount during(String text) {
        return new LoadAmount.During(duration(text));
    }

    private static Duration timeout(String text) {
        Duration timeout = duration(text);
        if (timeout.isZero() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("must be 1ms to 1h");
        }
        return timeout;
    }

    private static Duration duration(String text) {
        return DurationFormat.parse(text)
                .orElseThrow(() ->
                        new IllegalArgumentException("must be a duration such as 500ms, 30s or 5m, with its unit"));
    }

    private static Function<String, Integer> whole(int most) {
        return text -> {
            int value = text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
            if (value < 1 || value > most) {
                throw new IllegalArgumentException("must be 1 to " + most);
            }
            return value;
        };
    }

    private static RequestMix mix(String text) {
        return Arrays.stream(RequestMix.values())
                .filter(mix -> word(mix).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of " + mixes()));
    }

    private static String mixes() {
        return Arrays.stream(RequestMix.values()).map(LoadOptions::word).collect(Collectors.joining(", "));
    }

    private static String word(RequestMix mix) {
        return mix.name().toLowerCase(Locale.ROOT);
    }

    /** Validates a client key. A key is a secret, so the error message does not quote it. */
    private static String key(String text) {
        try {
            ClientKey.parse(text);
            return text;
        } catch (IllegalArgumentException e) {
            throw new UsageException("%s must be a UUID of version 4".formatted(KEY));
        }
    }

    private Optional<String> given(String flag) {
        return Optional.ofNullable(flags.matchedOptionValue(flag, environment.get(variable(flag))));
    }

    private static String variable(String flag) {
        return EnvironmentVariables.LOAD_PREFIX + flag.substring(2).toUpperCase(Locale.ROOT);
    }

    /**
     * Reads a flag's value.
     *
     * @param meaning converts the text; throws {@link IllegalArgumentException} with the allowed values if it is
     *     invalid
     */
    private <T> T read(String flag, String fallback, Function<String, T> meaning) {
        String text = given(flag).orElse(fallback);
        try {
            return meaning.apply(text);
        } catch (IllegalArgumentException e) {
            String name = flags.hasMatchedOption(flag) || given(flag).isEmpty() ? flag : variable(flag);
            throw new UsageException("%s: %s; %s".formatted(name, SettingValue.quoted(text), e.getMessage()));
        }
    }

    private static CommandLine line() {
        CommandSpec command = CommandSpec.create().name("./run.sh " + NAME);
        command.usageMessage()
                .width(100)
                .sortOptions(false)
                .description("Puts load on a server, shows its pool filling, and says whether it did as it should.")
                .customSynopsis("./run.sh load [flags]")
                .footer(
                        "",
                        "What it makes on the server it makes under a new client key; afterwards it deletes its roles.",
                        "Every flag with a value has an environment variable: --rate is AUTH_LOAD_RATE.",
                        "",
                        "Exit codes: 0 as expected, 1 not, 2 the flags can't be or there is no server, 130 stopped by"
                                + " Ctrl-C.");
        command.addOption(CommandLineParser.valued(URL, "URL", "The server (http://127.0.0.1:4000)"));
        command.addOption(CommandLineParser.valued(REQUESTS, "N", "So many requests (1000)", "-n"));
        command.addOption(CommandLineParser.valued(DURATION, "DURATION", "Or as many as there are in this time", "-d"));
        command.addOption(
                CommandLineParser.valued(CLIENTS, "N", "Connections, each with one request at a time (100)", "-c"));
        command.addOption(CommandLineParser.valued(
                RATE,
                "N",
                "So many requests a second, whether or not the server keeps up; latency then counts from when each was"
                        + " due. Without it each client sends the next when it is answered"));
        command.addOption(CommandLineParser.valued(
                MIX,
                "MIX",
                "What is asked: %s (%s). all is eight checks, one list of roles, one write of ten"
                        .formatted(mixes(), word(RequestMix.ROLES))));
        command.addOption(
                CommandLineParser.valued(TIMEOUT, "DURATION", "A request not answered within it has failed (35s)"));
        command.addOption(
                CommandLineParser.valued(KEY, "UUID", "Use the namespace of this client key, instead of a new one"));
        command.addOption(CommandLineParser.present(
                SURGE, "A table for 1, 10, 100 and 1,000 clients, each for --duration (10s), as Markdown"));
        command.addOption(CommandLineParser.present(JSON, "The result as JSON, and nothing else on stdout"));
        command.addOption(CommandLineParser.present(MINE, "Put load on another machine than this one"));
        command.addOption(OptionSpec.builder(HELP, "-h")
                .usageHelp(true)
                .description("Show this")
                .build());
        return CommandLineParser.commandLine(command);
    }
}
