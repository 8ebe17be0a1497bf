package app.rodmena.auth.cli;

import app.rodmena.auth.capacity.CapacityPlan;
import app.rodmena.auth.capacity.CapacityPlan.ConnectionDemand;
import app.rodmena.auth.capacity.ConnectionLimits;
import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit;
import app.rodmena.auth.capacity.ConnectionLimits.QueriedServer;
import app.rodmena.auth.capacity.ServerLimitsQuery;
import app.rodmena.auth.common.FirstLine;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.postgres.SessionOptions;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code ./run.sh capacity}: prints how many connections a fleet opens, and whether they fit.
 *
 * @param demand the fleet
 * @param limits reads PostgreSQL's limits
 * @param format the output format
 */
public record PlanCommand(ConnectionDemand demand, LimitsReader limits, TextReport.OutputFormat format)
        implements Command {
    private static final int FITS = 0;
    private static final int DOES_NOT_FIT = 1;

    /** The application_name of these commands: it does not count as a process of the fleet. */
    public static final String APPLICATION = "auth-capacity";

    @FunctionalInterface
    public interface LimitsReader {
        ConnectionLimits read() throws CommandFailedException;
    }

    /** Prints the plan; the exit code is 0 if the fleet fits, and 1 if it does not. */
    @Override
    public int run(PrintStream out) throws CommandFailedException {
        CapacityPlan plan = new CapacityPlan(demand, limits.read());
        out.print(PlanReport.of(plan).as(format, PlanJson.of(plan)));
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

    /** A plan as JSON, with all numbers of the text. The names are stable. */
    static final class PlanJson {
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
                    limits.maxConnections().configured().stream()
                            .boxed()
                            .findFirst()
                            .orElse(null));
            json.put("bounds", limits.bounds().stream().map(PlanJson::bound).toList());
            json.put("room", limits.room());
            return json;
        }

        private static Integer queried(ConnectionLimits limits, Function<QueriedServer, Integer> number) {
            return limits.server().map(number).orElse(null);
        }

        private static Map<String, Object> bound(ConnectionLimit bound) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("kind", bound.kind().wireName());
            json.put("limit", bound.limit());
            json.put("reserved", bound.reserved());
            json.put("othersNow", bound.others());
            json.put("otherFleets", bound.otherFleets());
            json.put("room", bound.room());
            return json;
        }
    }
}
