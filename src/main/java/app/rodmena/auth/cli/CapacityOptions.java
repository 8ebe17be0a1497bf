package app.rodmena.auth.cli;

import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.capacity.ConnectionDemand;
import app.rodmena.auth.capacity.PoolSizeAdvisor;
import app.rodmena.auth.cli.PlanCommand.Against;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.settings.CommandLineParser;
import app.rodmena.auth.settings.DatabaseConfigReader;
import app.rodmena.auth.settings.EnvironmentVariables;
import app.rodmena.auth.settings.ResolvedSettings;
import app.rodmena.auth.settings.ServerConfigReader;
import app.rodmena.auth.settings.Setting;
import app.rodmena.auth.settings.SettingValue;
import app.rodmena.auth.settings.UsageException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command line of {@code ./run.sh capacity}: some of the server's settings, and flags of its own. */
final class CapacityOptions {
    static final String NAME = "capacity";

    private static final String HELP = "--help";
    private static final String MAX_CONNECTIONS = "--max-connections";
    private static final String FROM = "--from";
    private static final String REQUESTS_PER_SECOND = "--requests-per-second";
    private static final String SIMULATE = "--simulate";
    private static final String CHECK_MODEL = "--check-model";
    private static final String FORMAT = "--format";

    private static final Duration EACH_LOAD = Duration.ofSeconds(20);

    private static final List<Setting> SETTINGS = List.of(
            Setting.WORKERS,
            Setting.PROFILE,
            Setting.POOL_SIZE,
            Setting.MAX_OVERFLOW,
            Setting.DATABASE_URL,
            Setting.DATABASE_PASSWORD_FILE);

    private final CommandLine line = line();
    private final AdminClientOptions admin;
    private final ParseResult flags;
    private final Map<String, String> environment;

    /**
     * @param prompt asks for an operator's password; used for a login only, so it asks once
     * @throws UsageException for an unknown or incomplete flag
     */
    CapacityOptions(List<String> arguments, Map<String, String> environment, PasswordPrompt prompt) {
        this.admin = new AdminClientOptions(prompt);
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

    /** @throws UsageException for an invalid value, or for flags that exclude each other */
    Command command() {
        ResolvedSettings settings =
                ResolvedSettings.of(CommandLineParser.given(flags), new EnvironmentVariables(environment).settings());
        PoolSettings pool = new ServerConfigReader(settings).pool();
        OutputFormat format = format();
        refuseContradictions();
        if (given(FROM).isPresent()) {
            return advice(settings, pool, format);
        }
        if (flags.hasMatchedOption(SIMULATE)) {
            return new SimulateCommand(pool.poolSize(), pool.maxOverflow(), format);
        }
        if (flags.hasMatchedOption(CHECK_MODEL)) {
            return new CheckModelCommand(database(settings), pool.maximum(), EACH_LOAD, format);
        }
        return new PlanCommand(ConnectionDemand.of(pool), against(settings, pool), format);
    }

    private void refuseContradictions() {
        List<String> asked = Stream.of(FROM, SIMULATE, CHECK_MODEL, MAX_CONNECTIONS)
                .filter(flags::hasMatchedOption)
                .toList();
        if (asked.size() > 1) {
            throw new UsageException("%s and %s: one or the other".formatted(asked.get(0), asked.get(1)));
        }
        if (flags.hasMatchedOption(MAX_CONNECTIONS) && flags.hasMatchedOption(Setting.DATABASE_URL.flag())) {
            throw new UsageException("%s can't go with %s: the server says itself what it has"
                    .formatted(MAX_CONNECTIONS, Setting.DATABASE_URL.flag()));
        }
        if (given(REQUESTS_PER_SECOND).isPresent() && given(FROM).isEmpty()) {
            throw new UsageException("%s must go with %s: a server knows how long its connections are used"
                    .formatted(REQUESTS_PER_SECOND, FROM));
        }
        refuseWhatWouldBeIgnored();
    }

    /** Refuses flags without effect. Environment variables without effect are allowed: the server may use them. */
    private void refuseWhatWouldBeIgnored() {
        if (given(FROM).isPresent()) {
            refuseBeside(FROM, "the server has its own", Setting.DATABASE_URL, Setting.DATABASE_PASSWORD_FILE);
            if (given(REQUESTS_PER_SECOND).isEmpty()) {
                refuseBeside(
                        FROM + " alone",
                        "they go together with " + REQUESTS_PER_SECOND,
                        Setting.WORKERS,
                        Setting.PROFILE,
                        Setting.POOL_SIZE,
                        Setting.MAX_OVERFLOW);
            }
        } else if (flags.hasMatchedOption(SIMULATE)) {
            refuseBeside(SIMULATE, "it is for 10, 100 and 1,000 of them", Setting.WORKERS);
            refuseBeside(SIMULATE, "no server is asked", Setting.DATABASE_URL, Setting.DATABASE_PASSWORD_FILE);
        } else if (flags.hasMatchedOption(CHECK_MODEL)) {
            refuseBeside(CHECK_MODEL, "one pool is measured", Setting.WORKERS);
        }
    }

    private void refuseBeside(String mode, String because, Setting... settings) {
        for (Setting setting : settings) {
            if (flags.hasMatchedOption(setting.flag())) {
                throw new UsageException("%s can't go with %s: %s".formatted(setting.flag(), mode, because));
            }
        }
    }

    private Command advice(ResolvedSettings settings, PoolSettings pool, OutputFormat format) {
        Optional<AdviceCommand.Question> question = given(REQUESTS_PER_SECOND)
                .map(text -> new AdviceCommand.Question(
                        settings.get(Setting.WORKERS).integer(),
                        pool.maximum(),
                        number(REQUESTS_PER_SECOND, text, PoolSizeAdvisor.MAX_REQUESTS_PER_SECOND)));
        return new AdviceCommand(admin.read(flags, FROM, given(FROM).orElseThrow()), question, format);
    }

    private Against against(ResolvedSettings settings, PoolSettings pool) {
        Optional<String> maxConnections = given(MAX_CONNECTIONS);
        if (maxConnections.isPresent()) {
            return maxConnections(maxConnections.get());
        }
        return database(settings)
                .<Against>map(url -> new Against.Server(url, pool.connectTimeout()))
                .orElseGet(Against.Defaults::new);
    }

    private Optional<DatabaseUrl> database(ResolvedSettings settings) {
        if (!settings.has(Setting.DATABASE_URL)) {
            return Optional.empty();
        }
        Secret ambientPassword = new EnvironmentVariables(environment).databasePassword();
        return new DatabaseConfigReader(settings, ambientPassword).read()
                        instanceof ServerConfig.Database.External external
                ? Optional.of(external.url())
                : Optional.empty();
    }

    private static Against maxConnections(String text) {
        try {
            return new Against.Given(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw refuse(MAX_CONNECTIONS, text, "must be a whole number");
        } catch (IllegalArgumentException e) {
            throw refuse(MAX_CONNECTIONS, text, e.getMessage());
        }
    }

    private static int number(String flag, String text, int most) {
        int number = text.matches("\\d{1,10}") ? (int) Math.min(Integer.MAX_VALUE, Long.parseLong(text)) : 0;
        if (number < 1 || number > most) {
            throw refuse(flag, text, "must be 1 to " + most);
        }
        return number;
    }

    private OutputFormat format() {
        String word = given(FORMAT).orElse("text");
        return OutputFormat.of(word)
                .orElseThrow(() -> refuse(FORMAT, word, "must be one of " + String.join(", ", OutputFormat.words())));
    }

    private Optional<String> given(String flag) {
        return Optional.ofNullable(flags.matchedOptionValue(flag, environment.get(variable(flag))));
    }

    private static String variable(String flag) {
        return EnvironmentVariables.CAPACITY_PREFIX
                + flag.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private static UsageException refuse(String flag, String text, String rule) {
        return new UsageException("%s: %s; %s".formatted(flag, SettingValue.quoted(text), rule));
    }

    private static CommandLine line() {
        CommandSpec command = CommandSpec.create().name("./run.sh " + NAME);
        command.usageMessage()
                .width(100)
                .sortOptions(false)
                .description("How many connections a fleet of servers opens at most, whether PostgreSQL has them, and"
                        + " whether a running server has as many as it needs.")
                .customSynopsis(
                        "./run.sh capacity --workers N [--max-connections N | --database-url URL]",
                        "       ./run.sh capacity --from URL [--requests-per-second N --workers N --pool-size N]",
                        "       ./run.sh capacity --simulate | --check-model")
                .footer(
                        "",
                        "Without --max-connections and --database-url, PostgreSQL's defaults are assumed. The"
                                + " environment variables",
                        "of the server's flags hold here, too; those of the others are AUTH_CAPACITY_FORMAT and so on.",
                        "",
                        "Exit codes: 0 it fits, 1 it does not fit, 2 it can't be told: the flags can't be, or the server"
                                + " can't be asked.");
        SETTINGS.forEach(setting -> command.addOption(CommandLineParser.option(setting)));
        command.addOption(CommandLineParser.valued(MAX_CONNECTIONS, "N", "What PostgreSQL has, where it is not asked"));
        command.addOption(CommandLineParser.valued(
                FROM, "URL", "Ask a running server, at its admin listener, whether its pool has the right size"));
        AdminClientOptions.addLoginTo(command);
        command.addOption(CommandLineParser.valued(
                REQUESTS_PER_SECOND, "N", "With --from: what to expect of --workers with --pool-size under that load"));
        command.addOption(CommandLineParser.present(
                SIMULATE, "10, 100 and 1,000 workers on paper, with and without a PgBouncer in front"));
        command.addOption(CommandLineParser.present(
                CHECK_MODEL,
                "Measure waits in a real pool beside what is expected, in PostgreSQL at --database-url or in a new one;"
                        + " takes four minutes"));
        command.addOption(
                CommandLineParser.valued(FORMAT, "FORMAT", String.join(", ", OutputFormat.words()) + " (text)"));
        command.addOption(OptionSpec.builder(HELP, "-h")
                .usageHelp(true)
                .description("Show this")
                .build());
        return CommandLineParser.commandLine(command);
    }
}
