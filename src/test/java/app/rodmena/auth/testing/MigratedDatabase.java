package app.rodmena.auth.testing;

import app.rodmena.auth.database.Migrations;
import app.rodmena.auth.database.Migrations.MigrationException;
import app.rodmena.auth.postgres.DatabaseTarget;
import java.time.Duration;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Creates databases with the server's tables. */
public final class MigratedDatabase {
    private MigratedDatabase() {}

    private static final class Template {
        static final String NAME = create();

        private static String create() {
            DatabaseTarget target = TestPostgres.freshDatabase();
            try {
                new Migrations(dataSource(target)::getConnection, Duration.ofSeconds(10)).migrate();
            } catch (MigrationException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return target.jdbcUrl().substring(target.jdbcUrl().lastIndexOf('/') + 1);
        }
    }

    /** Creates a database with empty tables, as a copy of one that is migrated once per JVM. */
    public static DatabaseTarget fresh() {
        return TestPostgres.copyOf(Template.NAME);
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
