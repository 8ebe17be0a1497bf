package app.rodmena.auth.cli;

import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.capacity.CapacityPlan.ConnectionDemand;
import app.rodmena.auth.capacity.ConnectionLimits;
import app.rodmena.auth.capacity.ConnectionLimits.MaxConnections;
import app.rodmena.auth.capacity.PoolSizeAdvisor;
import app.rodmena.auth.cli.CommandOptions.HelpOption;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.settings.EnvironmentVariables;
import app.rodmena.auth.settings.ResolvedSettings;
import app.rodmena.auth.settings.ServerConfigReader;
import app.rodmena.auth.settings.Setting;
import app.rodmena.auth.settings.SettingOptions;
import app.rodmena.auth.settings.UsageException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line of {@code ./run.sh capacity}: some of the server's settings, and options of its own. */
@CommandLine.Command(
        name = "capacity",
        sortOptions = false,
        description = "Prints how many connections a fleet of servers opens at most, whether PostgreSQL has them, and"
                + " whether a running server has as many as it needs.",
        customSynopsis = {
            "./run.sh capacity --workers N [--max-connections N | --database-url URL]",
            "       ./run.sh capacity --from URL [--requests-per-second N --workers N --pool-size N]",
            "       ./run.sh capacity --simulate | --simulate-tenants | --check-model"
        },
        footer = {
            "",
            "Without --max-connections and --database-url, PostgreSQL's defaults are assumed. The variables of the",
            "server's flags apply here too; those of the other flags are AUTH_CAPACITY_FORMAT and so on.",
            "",
            "Exit codes: 0 it fits, 1 it does not fit, 2 invalid flags or the server is not reachable."
        })
final class CapacityOptions implements Callable<Integer> {
    private static final String MAX_CONNECTIONS = "--max-connections";
    private static final String FROM = "--from";
    private static final String REQUESTS_PER_SECOND = "--requests-per-second";
    private static final String SIMULATE = "--simulate";
    private static final String SIMULATE_TENANTS = "--simulate-tenants";
    private static final String CHECK_MODEL = "--check-model";

    private static final List<Setting> POOL =
            List.of(Setting.WORKERS, Setting.PROFILE, Setting.POOL_SIZE, Setting.MAX_OVERFLOW);
    private static final List<Setting> DATABASE =
            List.of(Setting.DATABASE_URL, Setting.DATABASE_PASSWORD_FILE, Setting.DATABASE_PASSWORD_COMMAND);

    private final CommandContext context;

    @Spec
    private CommandSpec spec;

    @Option(
            names = MAX_CONNECTIONS,
            paramLabel = "N",
            description = "PostgreSQL's max_connections, to plan without a server")
    private String maxConnections;

    @Option(
            names = FROM,
            paramLabel = "URL",
            description = "Admin listener of a running server: print its advice on the size of its pool")
    private URI from;

    @Mixin
    private AdminClient.LoginOptions login;

    @Option(
            names = REQUESTS_PER_SECOND,
            paramLabel = "N",
            description = "With --from: the expected waits of --workers with --pool-size under this load")
    private String requestsPerSecond;

    @Option(
            names = SIMULATE,
            description = "Simulate 10, 100 and 1,000 workers, with and without PgBouncer in front of PostgreSQL")
    private boolean isSimulation;

    @Option(
            names = SIMULATE_TENANTS,
            description = "Simulate a quiet tenant beside a noisy one, in order of arrival and with tenants in turns")
    private boolean isTenantSimulation;

    @Option(
            names = CHECK_MODEL,
            description =
                    "Compare expected waits with those of a real pool, in PostgreSQL at --database-url or in a new"
                            + " one; takes four minutes")
    private boolean isModelCheck;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text, json, markdown (text)")
    private TextReport.OutputFormat format;

    @Mixin
    HelpOption help;

    CapacityOptions(CommandContext context) {
        this.context = context;
    }

    static CommandLine commandLine(CommandContext context) {
        CommandLine line = new CommandLine(new CapacityOptions(context));
        SettingOptions.add(line.getCommandSpec(), POOL);
        SettingOptions.add(line.getCommandSpec(), DATABASE);
        return line;
    }

    @Override
    public Integer call() throws Exception {
        Command command = command();
        return context.lifecycle().start(() -> command.run(context.out()));
    }

    private Command command() {
        Optional<Integer> rate =
                number(REQUESTS_PER_SECOND, requestsPerSecond, PoolSizeAdvisor.MAX_REQUESTS_PER_SECOND);
        Optional<Integer> max = number(MAX_CONNECTIONS, maxConnections, MaxConnections.MAX);
        ResolvedSettings settings = SettingOptions.resolve(flags(), context.environment());
        PoolSettings pool = new ServerConfigReader(settings).pool();
        refuseContradictions();
        if (from != null) {
            return advice(settings, pool, rate);
        }
        if (isSimulation) {
            return ToolCommands.load().simulation(pool, format);
        }
        if (isTenantSimulation) {
            return ToolCommands.load().tenantSimulation(pool, format);
        }
        if (isModelCheck) {
            return ToolCommands.load().modelCheck(database(settings), pool, format);
        }
        return out -> new PlanCommand(ConnectionDemand.of(pool), limits(settings, pool, max), format).run(out);
    }

    private ParseResult flags() {
        return spec.commandLine().getParseResult();
    }

    private void refuseContradictions() {
        List<String> modes = Stream.of(FROM, SIMULATE, SIMULATE_TENANTS, CHECK_MODEL, MAX_CONNECTIONS)
                .filter(flags()::hasMatchedOption)
                .toList();
        if (modes.size() > 1) {
            throw new UsageException("%s and %s: one or the other".formatted(modes.get(0), modes.get(1)));
        }
        if (flags().hasMatchedOption(MAX_CONNECTIONS) && flags().hasMatchedOption(Setting.DATABASE_URL.flag())) {
            throw new UsageException("%s can't go with %s: a running PostgreSQL reports its own"
                    .formatted(MAX_CONNECTIONS, Setting.DATABASE_URL.flag()));
        }
        if (requestsPerSecond != null && from == null) {
            throw new UsageException("%s must go with %s: a running server measures how long its connections are used"
                    .formatted(REQUESTS_PER_SECOND, FROM));
        }
        refuseWhatWouldBeIgnored();
    }

    /** Refuses flags without effect. Environment variables without effect are allowed: the server may use them. */
    private void refuseWhatWouldBeIgnored() {
        if (from != null) {
            refuseBeside(FROM, "the server has one", DATABASE);
            if (requestsPerSecond == null) {
                refuseBeside(FROM + " alone", "use them with " + REQUESTS_PER_SECOND, POOL);
            }
        } else if (isSimulation) {
            refuseBeside(SIMULATE, "it simulates 10, 100 and 1,000 workers", List.of(Setting.WORKERS));
            refuseBeside(SIMULATE, "it uses no database", DATABASE);
        } else if (isTenantSimulation) {
            refuseBeside(SIMULATE_TENANTS, "it simulates one pool", List.of(Setting.WORKERS));
            refuseBeside(SIMULATE_TENANTS, "it uses no database", DATABASE);
        } else if (isModelCheck) {
            refuseBeside(CHECK_MODEL, "it measures one pool", List.of(Setting.WORKERS));
        }
    }

    private void refuseBeside(String mode, String reason, List<Setting> settings) {
        for (Setting setting : settings) {
            if (flags().hasMatchedOption(setting.flag())) {
                throw new UsageException("%s can't go with %s: %s".formatted(setting.flag(), mode, reason));
            }
        }
    }

    private Optional<Integer> number(String option, String text, int max) {
        return Optional.ofNullable(text).map(value -> CommandOptions.number(spec, option, value, max));
    }

    private Command advice(ResolvedSettings settings, PoolSettings pool, Optional<Integer> rate) {
        int workers = settings.get(Setting.WORKERS).integer();
        Optional<AdviceCommand.Question> question =
                rate.map(number -> new AdviceCommand.Question(workers, pool.maximum(), number));
        return new AdviceCommand(login.client(from), question, format);
    }

    private ConnectionLimits limits(ResolvedSettings settings, PoolSettings pool, Optional<Integer> max)
            throws CommandFailedException {
        if (max.isPresent()) {
            return ConnectionLimits.given(max.get());
        }
        Optional<DatabaseUrl> url = database(settings);
        return url.isPresent() ? PlanCommand.ask(url.get(), pool.connectTimeout()) : ConnectionLimits.assumed();
    }

    private Optional<DatabaseUrl> database(ResolvedSettings settings) {
        if (!settings.has(Setting.DATABASE_URL)) {
            return Optional.empty();
        }
        Secret ambientPassword = new EnvironmentVariables(context.environment()).databasePassword();
        return new ServerConfigReader(settings).database(ambientPassword)
                        instanceof ServerConfig.Database.External external
                ? Optional.of(external.url())
                : Optional.empty();
    }
}
