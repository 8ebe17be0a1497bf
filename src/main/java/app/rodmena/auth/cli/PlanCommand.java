package app.rodmena.auth.cli;

import app.rodmena.auth.capacity.CapacityPlan;
import app.rodmena.auth.capacity.CapacityPlan.ConnectionDemand;
import app.rodmena.auth.capacity.CapacityPlan.PlanFix;
import app.rodmena.auth.capacity.ConnectionLimits;
import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit;
import app.rodmena.auth.capacity.ConnectionLimits.MaxConnections;
import app.rodmena.auth.capacity.ConnectionLimits.QueriedServer;
import app.rodmena.auth.capacity.ServerLimitsQuery;
import app.rodmena.auth.common.FirstLine;
import app.rodmena.auth.pool.PoolProfile;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.postgres.SessionOptions;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code ./run.sh capacity}: prints how many connections a fleet opens, and whether they fit.
 *
 * @param demand the fleet
 * @param limits PostgreSQL's limits
 * @param format the output format
 */
public record PlanCommand(ConnectionDemand demand, ConnectionLimits limits, TextReport.OutputFormat format)
        implements Command {
    private static final int FITS = 0;
    private static final int DOES_NOT_FIT = 1;

    /** The application_name of these commands: it does not count as a process of the fleet. */
    public static final String APPLICATION = "auth-capacity";

    /** Prints the plan; the exit code is 0 if the fleet fits, and 1 if it does not. */
    @Override
    public int run(PrintStream out) {
        CapacityPlan plan = new CapacityPlan(demand, limits);
        out.print(new PlanReport(plan, limits).report().as(format, PlanJson.of(plan)));
        return plan.fits() ? FITS : DOES_NOT_FIT;
    }

    /** @param timeout the connect timeout and the statement timeout; the socket timeout is twice as long */
    static ConnectionLimits ask(DatabaseUrl url, Duration timeout) throws CommandFailedException {
        SessionOptions session =
                new SessionOptions(APPLICATION, Optional.of(timeout), timeout, Optional.of(timeout.multipliedBy(2)));
        try (Connection connection = new Connector(url.target()).open(session)) {
            return ServerLimitsQuery.of(connection);
        } catch (SQLException e) {
            throw new CommandFailedException("%s can't be asked: %s".formatted(url, FirstLine.of(e.getMessage())), e);
        }
    }

    private record PlanReport(CapacityPlan plan, ConnectionLimits limits) {
        private static final String FEW_LEFT = "; few for psql, backups and other clients";
        private static final int FEW = 5;

        TextReport report() {
            TextReport report = new TextReport()
                    .say(need(plan.demand()))
                    .table(List.of("", "", ""), arithmetic())
                    .say(verdict());
            if (limits.maxConnections().isChangeConfigured()) {
                report.say(pending());
            }
            for (PlanFix change : plan.fixes()) {
                report.say("%s (%s):".formatted(change.description(), change.caveats()))
                        .paste(change.commands());
            }
            return report.say("These pools in fleets of other sizes:")
                    .table(
                            List.of("workers", "pooled", "monitors", "total", "max_connections", "verdict"),
                            plan.scaling().stream().map(PlanReport::scaled).toList())
                    .say("Other pools in %s:".formatted(processes(plan.demand().workers())))
                    .table(List.of("--profile", "pool", "total", "headroom", "verdict"), profiles());
        }

        private static String need(ConnectionDemand demand) {
            String processes = processes(demand.workers());
            return "%s with %s + %s: at most %s pooled connections, and a monitor connection in each process: %s."
                    .formatted(processes, demand.poolSize(), demand.maxOverflow(), demand.pooled(), demand.total());
        }

        private static String processes(int workers) {
            return workers == 1 ? "1 process" : workers + " processes";
        }

        private List<List<Object>> arithmetic() {
            List<List<Object>> rows = new ArrayList<>();
            rows.add(List.of("max_connections", limits.maxConnections().value(), source()));
            rows.add(List.of("  superuser_reserved_connections", -limits.superuserReserved(), ""));
            rows.add(List.of("  reserved_connections", -limits.reserved(), ""));
            limits.bounds().forEach(bound -> {
                boolean isServers = bound.kind() == ConnectionLimit.Kind.MAX_CONNECTIONS;
                if (!isServers) {
                    rows.add(List.of(bound.kind().label(), bound.limit(), ""));
                }
                rows.add(List.of("  others, now", -bound.others(), isServers ? others() : ""));
                if (bound.otherFleets() != 0) {
                    rows.add(List.of("  servers with another role or database", -bound.otherFleets(), ""));
                }
            });
            rows.add(List.of("room for this fleet", limits.tightest().room(), ""));
            rows.add(List.of("maximum of this fleet", plan.demand().total(), ""));
            rows.add(List.of("headroom", plan.headroom(), ""));
            return rows;
        }

        private String source() {
            return switch (limits.source()) {
                case ASSUMED -> "assumed: PostgreSQL's default";
                case GIVEN -> "as given";
                case SERVER -> "as PostgreSQL says";
            };
        }

        private String others() {
            return limits.server()
                    .map(server -> server.hidden() > 0 ? "at most: this role lacks pg_monitor" : "")
                    .orElse("not asked");
        }

        private String verdict() {
            int headroom = plan.headroom();
            String now = limits.server()
                    .filter(server -> server.fleet() > 0)
                    .map(server ->
                            " Now %s of it have %s open.".formatted(processes(server.processes()), server.fleet()))
                    .orElse("");
            if (headroom < 0) {
                return "DOES NOT FIT: %s too many for %s; %s of these fit.%s"
                        .formatted(-headroom, limits.tightest().kind().label(), processes(plan.maxWorkers()), now);
            }
            return "FITS: %s left%s.%s".formatted(headroom, headroom < FEW ? FEW_LEFT : "", now);
        }

        private String pending() {
            MaxConnections setting = limits.maxConnections();
            String asked = setting.configured().map(String::valueOf).orElse("another (this role may not see which)");
            String until = setting.onCommandLine()
                    ? "but PostgreSQL was started with -c max_connections=%d, which beats it."
                    : "which takes a restart of PostgreSQL; until then it is %d (pending_restart is %s).";
            return "The configuration asks for max_connections = %s already, ".formatted(asked)
                    + until.formatted(setting.value(), setting.pendingRestart());
        }

        private static List<Object> scaled(CapacityPlan plan) {
            ConnectionDemand demand = plan.demand();
            int needed = plan.maxConnectionsNeeded();
            return List.of(demand.workers(), demand.pooled(), demand.monitors(), demand.total(), needed, word(plan));
        }

        private List<List<Object>> profiles() {
            return Arrays.stream(PoolProfile.values()).map(this::profile).toList();
        }

        private List<Object> profile(PoolProfile profile) {
            String pool = "%s+%s".formatted(profile.poolSize(), profile.maxOverflow());
            CapacityPlan other =
                    new CapacityPlan(plan.demand().withPool(profile.poolSize(), profile.maxOverflow()), limits);
            return List.of(profile.wireName(), pool, other.demand().total(), other.headroom(), word(other));
        }

        private static String word(CapacityPlan plan) {
            return plan.fits() ? "fits" : "does not fit";
        }
    }

    /** A plan as JSON, with all numbers of the text. The names are stable. */
    private static final class PlanJson {
        private PlanJson() {}

        static Map<String, Object> of(CapacityPlan plan) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("fits", plan.fits());
            json.put("headroom", plan.headroom());
            json.put("workers", plan.demand().workers());
            json.put("poolSize", plan.demand().poolSize());
            json.put("maxOverflow", plan.demand().maxOverflow());
            putConnections(json, plan);
            json.put("mostWorkers", plan.maxWorkers());
            json.put("server", server(plan.limits()));
            json.put("changes", plan.fixes());
            json.put("scaling", plan.scaling().stream().map(PlanJson::scaled).toList());
            return json;
        }

        private static void putConnections(Map<String, Object> json, CapacityPlan plan) {
            ConnectionDemand demand = plan.demand();
            json.put("pooledConnections", demand.pooled());
            json.put("monitorConnections", demand.monitors());
            json.put("totalConnections", demand.total());
            json.put("maxConnectionsNeeded", plan.maxConnectionsNeeded());
        }

        /** The same pools with another number of processes. */
        private static Map<String, Object> scaled(CapacityPlan plan) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("workers", plan.demand().workers());
            putConnections(json, plan);
            json.put("fits", plan.fits());
            return json;
        }

        /** PostgreSQL's limits; a value is null if no PostgreSQL was queried for it. */
        private static Map<String, Object> server(ConnectionLimits limits) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("source", limits.source().wireName());
            json.put("maxConnections", limits.maxConnections().value());
            json.put("maxConnectionsOnCommandLine", limits.maxConnections().onCommandLine());
            json.put("superuserReservedConnections", limits.superuserReserved());
            json.put("reservedConnections", limits.reserved());
            json.put("othersNow", queried(limits, QueriedServer::others));
            json.put("othersOfUnknownKind", queried(limits, QueriedServer::hidden));
            json.put("fleetNow", queried(limits, QueriedServer::fleet));
            json.put("processesNow", queried(limits, QueriedServer::processes));
            json.put("pendingRestart", limits.maxConnections().pendingRestart());
            json.put(
                    "maxConnectionsAskedFor",
                    limits.maxConnections().configured().orElse(null));
            json.put("bounds", limits.bounds().stream().map(Bound::of).toList());
            json.put("room", limits.room());
            return json;
        }

        private static Integer queried(ConnectionLimits limits, Function<QueriedServer, Integer> number) {
            return limits.server().map(number).orElse(null);
        }

        private record Bound(String kind, int limit, int reserved, int othersNow, int otherFleets, int room) {
            static Bound of(ConnectionLimit bound) {
                String kind = bound.kind().wireName();
                return new Bound(
                        kind, bound.limit(), bound.reserved(), bound.others(), bound.otherFleets(), bound.room());
            }
        }
    }
}
