package app.rodmena.auth.database;

import static app.rodmena.auth.database.Catalogue.execute;
import static app.rodmena.auth.database.Catalogue.rows;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.postgres.DatabaseTarget;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A database of the original service, before and after the migration. */
class OlderInstallationTest {
    private static final String A = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
    private static final String B = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";

    /** All active memberships and permissions; keys are compared without case. */
    private static final String ACTIVE_ROWS = """
            select distinct case when creator ~ '-' then lower(creator) else creator end as creator, kind, one, other
            from (
                select m.creator, 'has' as kind, m."user" as one, g.role as other
                from membership_groups f
                join auth_membership m on m.id = f.membership_id join auth_group g on g.id = f.group_id
                where m.is_active and g.is_active
                union all
                select g.creator, 'gives', g.role, p.name
                from permission_groups f
                join auth_permission p on p.id = f.permission_id join auth_group g on g.id = f.group_id
                where p.is_active and g.is_active
            ) fact
            order by 1, 2, 3, 4
            """;

    private DatabaseTarget target;

    @BeforeEach
    void createInstallation() {
        target = Catalogue.olderInstallation();
    }

    @Test
    void activeRowsSurviveAndInactiveOnesStayInactive() throws Exception {
        List<String> before = rows(target, ACTIVE_ROWS);
        MigrationsTest.migrate(target);
        assertThat(rows(target, ACTIVE_ROWS))
                .isEqualTo(before)
                .containsExactly(
                        "Workflow_Checker has bot Bot",
                        A + " gives admin read",
                        A + " gives admin write",
                        A + " gives editor read",
                        A + " gives viewer read",
                        A + " has ann admin",
                        A + " has bob admin",
                        A + " has bob viewer",
                        A + " has cid admin",
                        A + " has cid editor",
                        B + " gives admin read",
                        B + " has ann admin");
    }

    @Test
    void keysThatDifferInCaseAreMerged() throws Exception {
        MigrationsTest.migrate(target);
        assertThat(rows(target, "select distinct creator from auth_group order by 1"))
                .containsExactlyInAnyOrder("Workflow_Checker", A, B);
        assertThat(rows(target, """
                        select id, role, description, is_active, date_created::date, modified::date from auth_group
                        where creator = '%s' order by id
                        """.formatted(A)))
                .containsExactly(
                        "1 admin from upper case t 2019-05-05 2022-01-01",
                        "3 viewer dead t 2018-01-01 2018-01-01",
                        "6 editor null t 2020-01-01 2020-01-01",
                        "7 gone kept for the record f 2020-01-01 2020-01-01",
                        "9 unknown null f null null");
    }

    @Test
    void inactiveRowsAreKept() throws Exception {
        MigrationsTest.migrate(target);
        assertThat(rows(target, "select membership_id, group_id from membership_groups where group_id in (7, 9)"))
                .containsExactlyInAnyOrder("1 7", "3 9");
        assertThat(rows(target, "select permission_id, group_id from permission_groups where group_id in (7, 9)"))
                .containsExactlyInAnyOrder("4 7", "1 9");
        assertThat(rows(target, "select id from auth_membership where not is_active"))
                .containsExactly("7");
    }

    @Test
    void namesOfMaximumLengthFit() throws Exception {
        MigrationsTest.migrate(target);
        execute(target, """
                insert into auth_group (creator, role) values ('%1$s', repeat('r', 64));
                insert into auth_membership (creator, "user") values ('%1$s', repeat('u', 64));
                insert into auth_permission (creator, name) values ('%1$s', repeat('p', 128));
                """.formatted(A));
        assertThat(rows(target, "select id, is_active, modified is not null from auth_group where role ~ 'rrrr'"))
                .containsExactly("13 t t");
    }

    @Test
    void noTableIsRewritten() throws Exception {
        String files =
                "select oid, relfilenode from pg_class where relname ~ '^auth_|_groups' and relkind in ('r', 'i')"
                        + " and relname <> 'auth_schema_history' order by oid";
        List<String> before = rows(target, files);
        MigrationsTest.migrate(target);
        assertThat(rows(target, files)).containsAll(before);
    }

    @Test
    void widerColumnsAreKept() throws Exception {
        execute(target, "alter table auth_group alter role type text, alter description type text");
        execute(target, "alter table auth_permission alter name type varchar(255)");
        MigrationsTest.migrate(target);
        assertThat(rows(target, """
                        select data_type, character_maximum_length from information_schema.columns
                        where table_name || '.' || column_name in ('auth_group.role', 'auth_permission.name')
                        order by table_name
                        """)).containsExactly("text null", "character varying 255");
    }
}
