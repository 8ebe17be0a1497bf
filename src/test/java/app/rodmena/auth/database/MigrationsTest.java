package app.rodmena.auth.database;

import static app.rodmena.auth.database.Catalogue.execute;
import static app.rodmena.auth.database.Catalogue.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.rodmena.auth.database.Migrations.MigrationException;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestPostgres;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationsTest {
    private static final String EVERYTHING = """
            select 'group', id, creator, role, description, is_active, date_created, modified from auth_group
            union all select 'membership', id, creator, "user", '', is_active, date_created, modified from auth_membership
            union all select 'permission', id, creator, name, '', is_active, date_created, modified from auth_permission
            union all select 'has', membership_id, '', '', '', true, null, null from membership_groups
            union all select 'gives', permission_id, '', '', '', true, null, null from permission_groups
            order by 1, 2, 3
            """;

    @Test
    void anEmptyDatabaseGetsAllTables() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        migrate(target);
        assertThat(rows(target, """
                        select table_name, column_name, data_type, character_maximum_length, is_nullable,
                            case when is_identity = 'YES' then 'generated' else column_default end
                        from information_schema.columns
                        where table_schema = 'public' and table_name <> 'auth_schema_history'
                        order by table_name, ordinal_position
                        """))
                .containsExactly(
                        "auth_change xid xid8 null NO pg_current_xact_id()",
                        "auth_change id bigint null NO generated",
                        "auth_change creator text null NO null",
                        "auth_change date_created timestamp with time zone null NO now()",
                        "auth_change change text null NO null",
                        "auth_change user text null YES null",
                        "auth_change role text null YES null",
                        "auth_change permission text null YES null",
                        "auth_change description text null YES null",
                        "auth_change_horizon single boolean null NO true",
                        "auth_change_horizon xid xid8 null NO null",
                        "auth_change_horizon id bigint null NO null",
                        "auth_group id integer null NO generated",
                        "auth_group creator character varying 64 NO null",
                        "auth_group role character varying 64 NO null",
                        "auth_group description text null YES null",
                        "auth_group is_active boolean null NO true",
                        "auth_group date_created timestamp without time zone null YES now()",
                        "auth_group modified timestamp without time zone null YES now()",
                        "auth_membership id integer null NO generated",
                        "auth_membership creator character varying 64 NO null",
                        "auth_membership user character varying 64 NO null",
                        "auth_membership is_active boolean null NO true",
                        "auth_membership date_created timestamp without time zone null YES now()",
                        "auth_membership modified timestamp without time zone null YES now()",
                        "auth_permission id integer null NO generated",
                        "auth_permission creator character varying 64 NO null",
                        "auth_permission name character varying 128 NO null",
                        "auth_permission is_active boolean null NO true",
                        "auth_permission date_created timestamp without time zone null YES now()",
                        "auth_permission modified timestamp without time zone null YES now()",
                        "membership_groups membership_id integer null NO null",
                        "membership_groups group_id integer null NO null",
                        "permission_groups permission_id integer null NO null",
                        "permission_groups group_id integer null NO null");
        assertThat(indexes(target))
                .containsExactlyInAnyOrder(
                        "auth_change xid,id",
                        "auth_change creator,id",
                        "auth_change creator,xid,id",
                        "auth_change_horizon single",
                        "auth_group id",
                        "auth_group creator,role",
                        "auth_membership id",
                        "auth_membership creator,user",
                        "auth_permission id",
                        "auth_permission creator,name",
                        "membership_groups membership_id,group_id",
                        "membership_groups group_id,membership_id",
                        "permission_groups permission_id,group_id",
                        "permission_groups group_id,permission_id");
    }

    @Test
    void aMissingSchemaIsReportedWithTheSearchPath() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        execute(target, """
                do $$ begin
                  create role "schemaless" login;
                  alter role schemaless set search_path = nowhere;
                exception when duplicate_object then null;
                end $$
                """);

        assertThatThrownBy(() -> migrate(new DatabaseTarget(target.jdbcUrl(), "schemaless", Secret.NONE)))
                .hasMessageContaining("schemaless")
                .hasMessageContaining("search_path, nowhere")
                .hasMessageNotContaining("null");
    }

    @Test
    void aSecondMigrationChangesNothing() throws Exception {
        DatabaseTarget target = Catalogue.olderInstallation();
        migrate(target);
        List<String> once = rows(target, EVERYTHING);
        List<String> history = rows(target, "select * from auth_schema_history order by installed_rank");
        migrate(target);
        assertThat(rows(target, EVERYTHING)).isEqualTo(once);
        assertThat(rows(target, "select * from auth_schema_history order by installed_rank"))
                .isEqualTo(history);
    }

    @Test
    void aPartialInstallationIsCompleted() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        // Tables copied by hand: no key, no sequence, no is_active, another type, and no table of permissions.
        execute(target, """
                create table auth_group (id integer not null, creator uuid not null, role char(20) not null);
                insert into auth_group values (41, 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'admin');
                create table auth_membership (id serial primary key, creator varchar(36) not null,
                    "user" varchar(255) not null, is_active boolean default true);
                """);
        migrate(target);
        assertThat(rows(target, "select id, creator, role, is_active from auth_group"))
                .containsExactly("41 aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa admin t");
        execute(target, "insert into auth_group (creator, role) values ('x', 'y')");
        assertThat(rows(target, "select id from auth_group where creator = 'x'"))
                .containsExactly("42");
        assertThat(rows(target, """
                        select table_name, column_name, character_maximum_length from information_schema.columns
                        where data_type = 'character varying' and table_name in ('auth_group', 'auth_membership')
                        order by 1, 2
                        """))
                .containsExactly(
                        "auth_group creator 64",
                        "auth_group role 64",
                        "auth_membership creator 64",
                        "auth_membership user 255");
        assertThat(indexes(target))
                .contains(
                        "auth_group creator,role",
                        "auth_membership creator,user",
                        "permission_groups permission_id,group_id");
    }

    @Test
    void objectsOfOthersInTheSchemaAreUntouched() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        execute(target, "create table flyway_schema_history (theirs integer); create table orders (id integer)");
        migrate(target);
        assertThat(rows(target, "select theirs from flyway_schema_history")).isEmpty();
        assertThat(indexes(target)).contains("auth_group creator,role");
    }

    @Test
    void aReadWriteRoleSufficesOnceTheTablesExist() throws Exception {
        DatabaseTarget target = MigratedDatabase.fresh();
        migrate(asPlainRole(target, "may_only_use"));
        assertThat(rows(target, "select count(*) from auth_schema_history where not success"))
                .containsExactly("0");
    }

    @Test
    void aRoleThatMayWriteMembershipsMayWriteChanges() throws Exception {
        DatabaseTarget target = Catalogue.olderInstallation();
        execute(target, """
                create role may_write_memberships login;
                grant select, insert, update, delete on all tables in schema public to may_write_memberships;
                """);
        migrate(target);
        DatabaseTarget writer = new DatabaseTarget(target.jdbcUrl(), "may_write_memberships", Secret.NONE);
        execute(writer, "insert into auth_change (creator, change) values ('x', 'y')");
        execute(writer, "update auth_change_horizon set id = 1");
        assertThat(rows(writer, "delete from auth_change returning creator")).containsExactly("x");
        assertThat(rows(writer, "select system_identifier > 0 from pg_control_system()"))
                .containsExactly("t");
        assertThat(rows(writer, "select length(pg_walfile_name(pg_current_wal_lsn()))"))
                .containsExactly("24");
    }

    @Test
    void rolesWithASmallerPartOfTheTablesMayWriteTheirChanges() throws Exception {
        DatabaseTarget target = Catalogue.olderInstallation();
        execute(target, """
                create role may_write_roles login;
                grant insert on auth_group to may_write_roles;
                create role may_describe_roles login;
                grant update (description) on auth_group to may_describe_roles;
                create role may_read_roles login;
                grant select on auth_group to may_read_roles;
                """);
        migrate(target);
        for (String role : List.of("may_write_roles", "may_describe_roles")) {
            execute(
                    new DatabaseTarget(target.jdbcUrl(), role, Secret.NONE),
                    "insert into auth_change (creator, change) values ('x', 'y')");
        }
        DatabaseTarget reader = new DatabaseTarget(target.jdbcUrl(), "may_read_roles", Secret.NONE);
        assertThat(rows(reader, "select creator from auth_change")).containsExactly("x", "x");
        assertThatThrownBy(() -> execute(reader, "insert into auth_change (creator, change) values ('x', 'y')"))
                .hasMessageContaining("permission denied");
    }

    @Test
    void aMissingCreatePrivilegeIsReported() {
        DatabaseTarget target = asPlainRole(TestPostgres.freshDatabase(), "may_not_create");
        assertThatThrownBy(() -> migrate(target))
                .isInstanceOf(MigrationException.class)
                .hasMessage(
                        "The database role may_not_create may not create tables in schema public; start this version"
                                + " once as the owner of the tables, or of the schema where there are none")
                .extracting(e -> ((MigrationException) e).worthRetrying())
                .isEqualTo(false);
    }

    @Test
    void aRoleThatDoesNotOwnTheOlderTablesIsReported() throws Exception {
        DatabaseTarget older = Catalogue.olderInstallation();
        DatabaseTarget target = asPlainRole(older, "owns_nothing");
        execute(older, "grant create on schema public to owns_nothing");
        assertThatThrownBy(() -> migrate(target))
                .isInstanceOf(MigrationException.class)
                .hasMessageStartingWith("The database role may not do what the migration needs (ERROR: ")
                .hasMessageContaining("start this version once as the owner of the tables");
        assertThat(rows(older, "select to_regclass('auth_schema_history') is null"))
                .containsExactly("t");
        migrate(older);
        assertThatThrownBy(() -> migrate(target))
                .hasMessageEndingWith("GRANT SELECT ON auth_schema_history TO owns_nothing");
        execute(older, "grant select on auth_schema_history to owns_nothing");
        migrate(target);
    }

    @Test
    void tablesOfANewerServerAreRefused() throws Exception {
        DatabaseTarget target = MigratedDatabase.fresh();
        execute(target, """
                insert into auth_schema_history
                    (installed_rank, version, description, type, script, installed_by, execution_time, success)
                values (99, '99', 'later', 'SQL', 'V99__later.sql', 'x', 1, true)
                """);
        assertThatThrownBy(() -> migrate(target))
                .isInstanceOf(MigrationException.class)
                .hasMessage("The tables are of version 99, which is newer than this server:"
                        + " start that version or a later one");
    }

    @Test
    void anUnreachableServerIsRetried() {
        DatabaseTarget nowhere = new DatabaseTarget("jdbc:postgresql://127.0.0.1:1/none", "nobody", Secret.NONE);
        assertThatThrownBy(() -> migrate(nowhere))
                .isInstanceOf(MigrationException.class)
                .extracting(e -> ((MigrationException) e).worthRetrying())
                .isEqualTo(true);
    }

    static void migrate(DatabaseTarget target) throws MigrationException, InterruptedException {
        new Migrations(MigratedDatabase.dataSource(target)::getConnection, Duration.ofSeconds(10)).migrate();
    }

    private static DatabaseTarget asPlainRole(DatabaseTarget target, String role) {
        execute(target, """
                create role %1$s login;
                revoke create on schema public from public;
                grant usage on schema public to %1$s;
                grant select, insert, update, delete on all tables in schema public to %1$s;
                """.formatted(role));
        return new DatabaseTarget(target.jdbcUrl(), role, Secret.NONE);
    }

    private static List<String> indexes(DatabaseTarget target) {
        return rows(target, """
                select indrelid::regclass, string_agg(attname, ',' order by attnum)
                from pg_index join pg_attribute on attrelid = indexrelid
                where indrelid::regclass::text ~ '^auth_(change|group|mem|per)|_groups$'
                group by indrelid, indexrelid
                """);
    }
}
