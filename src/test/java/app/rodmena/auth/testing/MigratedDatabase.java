package app.rodmena.auth.testing;

import app.rodmena.auth.database.MigrationException;
import app.rodmena.auth.database.Migrations;
import app.rodmena.auth.postgres.DatabaseTarget;
import java.time.Duration;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Databases with the tables in them. */
public final class MigratedDatabase {
    private MigratedDatabase() {}

    /** A new database with empty tables. */
    public static DatabaseTarget fresh() {
        DatabaseTarget target = TestPostgres.freshDatabase();
        try {
            new Migrations(dataSource(target), Duration.ofSeconds(10)).migrate();
        } catch (MigrationException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return target;
    }

    /** Plain connections, as {@link Migrations} wants them. */
    public static DataSource dataSource(DatabaseTarget target) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(target.jdbcUrl());
        dataSource.setUser(target.user());
        dataSource.setPassword(target.password().reveal());
        return dataSource;
    }
}
