package app.rodmena.auth.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** That the question asked most stays cheap in a big installation, also once PostgreSQL plans it without its values. */
class PlanTest {
    @Test
    void theQuestionAskedMostUsesNothingButIndexes() throws Exception {
        try (Tenants tenants = new Tenants(1);
                Connection connection = TestPostgres.connect(tenants.target);
                var statement = connection.createStatement()) {
            statement.execute("""
                    insert into auth_group (creator, role) select 'tenant' || t, 'role' || r
                        from generate_series(1, 100) t, generate_series(1, 20) r;
                    insert into auth_membership (creator, "user") select 'tenant' || t, 'user' || u
                        from generate_series(1, 100) t, generate_series(1, 200) u;
                    insert into auth_permission (creator, name) select 'tenant' || t, 'permission' || p
                        from generate_series(1, 100) t, generate_series(1, 50) p;
                    insert into membership_groups (membership_id, group_id)
                        select m.id, g.id from auth_membership m join auth_group g using (creator)
                        where (m.id + g.id) % 5 = 0;
                    insert into permission_groups (permission_id, group_id)
                        select p.id, g.id from auth_permission p join auth_group g using (creator)
                        where (p.id + g.id) % 5 = 0;
                    -- The popular role and permission that every larger installation has
                    insert into auth_membership (creator, "user") select 'tenant7', 'member' || u
                        from generate_series(1, 20000) u;
                    insert into membership_groups (membership_id, group_id)
                        select m.id, g.id from auth_membership m, auth_group g
                        where m.creator = 'tenant7' and g.creator = 'tenant7' and g.role = 'role1'
                        on conflict do nothing;
                    insert into permission_groups (permission_id, group_id)
                        select p.id, g.id from auth_permission p, auth_group g
                        where p.creator = 'tenant7' and g.creator = 'tenant7'
                        on conflict do nothing;
                    analyze;
                    """);
            String sql = Permissions.USER_HOLDS
                    .alone
                    .replace(":creator", "$1")
                    .replace(":user", "$2")
                    .replace(":name", "$3");
            statement.execute("set plan_cache_mode = force_generic_plan");
            statement.execute("prepare asked (text, text, text) as " + sql);
            List<String> plan = new ArrayList<>();
            try (var rows = statement.executeQuery(
                    "explain (analyze, buffers) execute asked ('tenant7', 'member4242', 'permission9')")) {
                while (rows.next()) {
                    plan.add(rows.getString(1));
                }
            }
            String text = String.join("\n", plan);
            assertThat(plan).as(text).noneMatch(line -> line.contains("Seq Scan"));
            assertThat(text).contains("uq_auth_membership_creator_user", "uq_auth_permission_creator_name");
            Matcher pages = Pattern.compile("Buffers: shared hit=(\\d+)").matcher(text);
            assertThat(pages.find()).as(text).isTrue();
            assertThat(Integer.parseInt(pages.group(1))).as(text).isLessThan(40);
        }
    }
}
