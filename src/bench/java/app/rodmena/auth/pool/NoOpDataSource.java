package app.rodmena.auth.pool;

import app.rodmena.auth.postgres.SingleLoginDataSource;
import java.sql.Connection;

/** A data source of {@link NoOpConnections} for HikariCP without this project's pool. */
final class NoOpDataSource extends SingleLoginDataSource {
    @Override
    public Connection getConnection() {
        return NoOpConnections.open();
    }
}
