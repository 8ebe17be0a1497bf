package app.rodmena.auth.tools.model;

import app.rodmena.auth.cli.PlanCommand;
import app.rodmena.auth.pool.ConnectionSource;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.SessionOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** Opens the connections of the pool that {@link ModelCheck} measures. */
final class SleepingConnectionSource implements ConnectionSource {
    private final Connector connector;

    SleepingConnectionSource(DatabaseTarget database) {
        connector = new Connector(database);
    }

    @Override
    public Connection open(PoolSettings settings) throws SQLException {
        return connector.open(new SessionOptions(
                PlanCommand.APPLICATION,
                Optional.of(settings.statementTimeout()),
                settings.connectTimeout(),
                Optional.of(settings.socketTimeout())));
    }

    @Override
    public int backendPid(Connection connection) throws SQLException {
        return connector.backendPid(connection);
    }

    @Override
    public boolean isInTransaction(Connection connection) {
        return connector.isInTransaction(connection);
    }

    @Override
    public void cancel(Connection connection) throws SQLException {
        connector.cancel(connection);
    }
}
