package app.rodmena.auth.cli;

import app.rodmena.auth.capacity.CapacityPlan;
import app.rodmena.auth.capacity.ConnectionDemand;
import app.rodmena.auth.capacity.ConnectionLimits;
import app.rodmena.auth.capacity.ServerLimitsQuery;
import app.rodmena.auth.common.FirstLine;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.postgres.SessionOptions;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code ./run.sh capacity}: prints how many connections a fleet opens, and whether they fit.
 *
 * @param demand the fleet
 * @param limits reads PostgreSQL's limits
 * @param format the output format
 */
public record PlanCommand(ConnectionDemand demand, LimitsReader limits, OutputFormat format) implements Command {
    private static final int FITS = 0;
    private static final int DOES_NOT_FIT = 1;

    /** The application_name of these commands: it does not count as a process of the fleet. */
    public static final String APPLICATION = "auth-capacity";

    /** Reads PostgreSQL's limits. */
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

    /**
     * The limits of a running PostgreSQL.
     *
     * @param timeout the connect timeout and the statement timeout; the socket timeout is twice as long
     */
    static ConnectionLimits ask(DatabaseUrl url, Duration timeout) throws CommandFailedException {
        SessionOptions session =
                new SessionOptions(APPLICATION, Optional.of(timeout), timeout, Optional.of(timeout.multipliedBy(2)));
        try (Connection connection = new Connector(url.target()).open(session)) {
            return ServerLimitsQuery.of(connection);
        } catch (SQLException e) {
            throw new CommandFailedException("%s can't be asked: %s".formatted(url, FirstLine.of(e.getMessage())), e);
        }
    }
}
