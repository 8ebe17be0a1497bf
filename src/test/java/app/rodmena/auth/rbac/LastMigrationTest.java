package app.rodmena.auth.rbac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.database.Migrations;
import app.rodmena.auth.database.StatementExecution;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.junit.jupiter.api.Test;

/** The rule for migrations, tested with the last one: servers of the previous version serve on after it. */
class LastMigrationTest {
    /** The queries of the previous version are those of the code; its writes are in a file. */
    private static final int VERSION = 4;

    private static final Map<String, String> WRITES = writesOfThePreviousVersion();

    private final DatabaseTarget target = TestPostgres.freshDatabase();
    private final String key = UUID.randomUUID().toString();

    @Test
    void openSessionsOfThePreviousVersionReadAndWriteTheNewTables() throws Exception {
        migratePreviousVersion();
        try (Handle open = open()) {
            List<Object> before = useEverything(open, "before");
            List<String> columns = columns(open);

            new Migrations(MigratedDatabase.dataSource(target)::getConnection, Duration.ofSeconds(10)).migrate();

            assertThat(useEverything(open, "before")).isEqualTo(before);
            assertThat(useEverything(open, "after")).isEqualTo(before);
            assertThat(columns(open)).containsAll(columns);
        }
    }

    /** Migrates the tables to the version before the last one. */
    private void migratePreviousVersion() {
        var configuration = Flyway.configure()
                .dataSource(MigratedDatabase.dataSource(target))
                .locations("classpath:app/rodmena/auth/migration")
                .table("auth_schema_history")
                .placeholderReplacement(false);
        MigrationInfo[] all = configuration.load().info().all();
        assertThat(all[all.length - 1].getVersion().getVersion())
                .as("a new migration needs the statements of the version before it here")
                .isEqualTo(String.valueOf(VERSION));
        configuration.target(String.valueOf(VERSION - 1)).load().migrate();
    }

    /** A session that prepares each statement at its first use, as a server's sessions do after a few uses. */
    private Handle open() {
        Handle handle = Jdbi.create(target.jdbcUrl() + "?prepareThreshold=1", target.user(), "")
                .open();
        handle.registerArrayType(String.class, "text");
        return handle;
    }

    /** Runs every kind of statement; returns the results of the queries, without the name. */
    private List<Object> useEverything(Handle handle, String name) {
        List<Object> results = new ArrayList<>();
        write(handle, "roles.create", name);
        results.addAll(grant(handle, "memberships.grant", name));
        results.addAll(grant(handle, "permissions.grant", name));
        results.addAll(readEverything(handle, name));
        results.addAll(grant(handle, "permissions.revoke", name));
        results.addAll(grant(handle, "memberships.revoke", name));
        write(handle, "roles.describe", name);
        results.addAll(readEverything(handle, name));
        write(handle, "roles.delete", name);
        results.addAll(readEverything(handle, name));
        return results;
    }

    private void write(Handle handle, String statement, String role) {
        var update =
                handle.createUpdate(WRITES.get(statement)).bind("creator", key).bind("role", role);
        if (statement.equals("roles.describe")) {
            update.bind("description", "text");
        }
        update.execute();
    }

    /** Runs a grant or revoke, single and batched, in which all names are the same. */
    private List<Object> grant(Handle handle, String statement, String name) {
        String entry = statement.startsWith("memberships") ? "user" : "name";
        Query single = handle.createQuery(WRITES.get(statement))
                .bind("creator", key)
                .bind("role", name)
                .bind(entry, name);
        List<Object> results =
                new ArrayList<>(List.of(single.map(TenantBatchQuery::bool).one()));
        Query batch = handle.createQuery(WRITES.get(statement + "_together"))
                .bindArray("creators", String.class, key)
                .bindArray("roles", String.class, name)
                .bindArray(entry + "s", String.class, name);
        results.add(batch.map(TenantBatchQuery::bool).list());
        return results;
    }

    private static Map<String, String> writesOfThePreviousVersion() {
        try (var file =
                LastMigrationTest.class.getResourceAsStream("writes-of-version-%s.sql".formatted(VERSION - 1))) {
            return Stream.of(new String(file.readAllBytes(), UTF_8).split("\n\n", -1))
                    .skip(1)
                    .collect(Collectors.toMap(StatementExecution::nameOf, sql -> sql));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Object> readEverything(Handle handle, String name) {
        List<Object> results = new ArrayList<>();
        for (TenantBatchQuery<?> query :
                List.of(Permissions.CHECK_USER, Permissions.CHECK_ROLE, Memberships.CHECK_MEMBERSHIP)) {
            results.addAll(run(handle, query, name, name));
        }
        for (TenantBatchQuery<?> query : List.of(
                Permissions.OF_ROLE,
                Permissions.OF_USER,
                Permissions.ROLES_WITH,
                Permissions.USERS_WITH,
                Memberships.OF_USER,
                Memberships.OF_ROLE)) {
            results.addAll(run(handle, query, name));
        }
        results.addAll(run(handle, Roles.LIST));
        return results.stream()
                .map(result -> (Object) String.valueOf(result).replace(name, "name"))
                .toList();
    }

    private List<Object> run(Handle handle, TenantBatchQuery<?> query, String... names) {
        TenantQuery input = new TenantQuery(ClientKey.parse(key), names);
        return List.of(query.execute(handle, input), query.executeBatch(handle, List.of(input)));
    }

    private static List<String> columns(Handle handle) {
        return handle.createQuery("""
                        select concat_ws(' ', table_name, column_name, data_type) from information_schema.columns
                        where table_schema = 'public' and table_name <> 'auth_schema_history'
                        """).mapTo(String.class).list();
    }
}
