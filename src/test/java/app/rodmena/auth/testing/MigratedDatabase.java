package app.rodmena.auth.testing;

import app.rodmena.auth.database.MigrationException;
import app.rodmena.auth.database.Migrations;
import app.rodmena.auth.postgres.DatabaseTarget;
import java.time.Duration;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Creates databases with the server's tables. */
public final class MigratedDatabase {
    private MigratedDatabase() {}

    /** Creates a database with empty tables. */
    public static DatabaseTarget fresh() {
        DatabaseTarget target = TestPostgres.freshDatabase();
        try {
            new Migrations(dataSource(target), Duration.ofSeconds(10)).migrate();
        } catch (MigrationException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return target;
    }

    /** A data source without a pool, for {@link Migrations}. */
    public static DataSource dataSource(DatabaseTarget target) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(target.jdbcUrl());
        dataSource.setUser(target.user());
        dataSource.setPassword(target.password().reveal());
        return dataSource;
    }
}
