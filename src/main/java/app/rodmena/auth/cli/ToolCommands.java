package app.rodmena.auth.cli;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseUrl;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import picocli.CommandLine;

/**
 * The commands that a running service does not need: load test, demo, simulation and model check. Their sources are in
 * src/tools, which depends on this package, not the other way round; the ServiceLoader finds them.
 */
public interface ToolCommands {
    static ToolCommands load() {
        return ServiceLoader.load(ToolCommands.class).findFirst().orElseThrow();
    }

    /** The commands of their own. */
    List<CommandLine> commandLines(CommandContext context);

    /** Simulates fleets of servers with this pool. */
    Command simulation(PoolSettings pool, TextReport.OutputFormat format);

    /** Simulates two tenants that share this pool. */
    Command tenantSimulation(PoolSettings pool, TextReport.OutputFormat format);

    /** Compares the queueing model with a real pool, in an embedded PostgreSQL if no database is given. */
    Command modelCheck(Optional<DatabaseUrl> database, PoolSettings pool, TextReport.OutputFormat format);
}
