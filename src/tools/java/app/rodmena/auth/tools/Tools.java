package app.rodmena.auth.tools;

import app.rodmena.auth.cli.Command;
import app.rodmena.auth.cli.CommandContext;
import app.rodmena.auth.cli.TextReport.OutputFormat;
import app.rodmena.auth.cli.ToolCommands;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.tools.demo.DemoCommand;
import app.rodmena.auth.tools.load.LoadCommand;
import app.rodmena.auth.tools.model.CheckModelCommand;
import app.rodmena.auth.tools.model.SimulateCommand;
import app.rodmena.auth.tools.model.SimulateTenantsCommand;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/** The tools, as commands of the command line. */
public final class Tools implements ToolCommands {
    private static final Duration DURATION_PER_LOAD = Duration.ofSeconds(20);

    @Override
    public List<CommandLine> commandLines(CommandContext context) {
        return List.of(DemoCommand.commandLine(context), LoadCommand.commandLine(context));
    }

    @Override
    public Command simulation(PoolSettings pool, OutputFormat format) {
        return new SimulateCommand(pool.poolSize(), pool.maxOverflow(), format);
    }

    @Override
    public Command tenantSimulation(PoolSettings pool, OutputFormat format) {
        return new SimulateTenantsCommand(pool.maximum(), format);
    }

    @Override
    public Command modelCheck(Optional<DatabaseUrl> database, PoolSettings pool, OutputFormat format) {
        return new CheckModelCommand(database, pool.maximum(), DURATION_PER_LOAD, format);
    }
}
