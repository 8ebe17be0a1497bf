package app.rodmena.auth.pool;

import app.rodmena.auth.postgres.SingleLoginDataSource;
import java.sql.Connection;

/** Still connections, as HikariCP by itself asks for them. */
final class StillDataSource extends SingleLoginDataSource {
    @Override
    public Connection getConnection() {
        return StillConnections.open();
    }
}
