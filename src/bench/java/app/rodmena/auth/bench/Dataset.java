package app.rodmena.auth.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * Ten tenants with 20 roles and 100 permissions each, and users with two memberships each. The names of users and
 * permissions are numbers, so that pgbench can generate them. Users with even numbers have even roles, which have the
 * even permissions: half of all checks are answered yes.
 *
 * @param memberships the total number, {@link #MIN_MEMBERSHIPS} or more
 */
record Dataset(int memberships) {
    static final int MIN_MEMBERSHIPS = 1000;
    static final int PERMISSIONS = 100;

    private static final int TENANTS = 10;
    private static final int MEMBERSHIPS_PER_USER = 2;

    private static final List<String> SEED = List.of(
            """
            insert into auth_group (creator, role)
                select creator, 'role' || r from tenants, generate_series(0, 19) r
            """,
            """
            insert into auth_permission (creator, name)
                select creator, p::text from tenants, generate_series(1, 100) p
            """,
            """
            insert into auth_membership (creator, "user")
                select creator, u::text from tenants, generate_series(1, :users) u
            """,
            """
            insert into permission_groups (permission_id, group_id)
                select p.id, g.id from auth_permission p join auth_group g using (creator)
                where (p.name::int + substr(g.role, 5)::int) % 2 = 0
            """,
            """
            insert into membership_groups (membership_id, group_id)
                select m.id, g.id from auth_membership m join auth_group g using (creator)
                where g.role in ('role' || m."user"::int % 20, 'role' || (m."user"::int + 2) % 20)
            """,
            "vacuum (analyze) auth_group, auth_permission, auth_membership, permission_groups, membership_groups");

    /** A check and its expected answer. */
    record PermissionQuery(String key, int user, int permission) {
        boolean expected() {
            return (user + permission) % 2 == 0;
        }

        String path() {
            return "/api/has_permission/%d/%d".formatted(user, permission);
        }
    }

    /** The tenants' client keys. */
    List<String> keys() {
        return Stream.iterate(0, tenant -> tenant < TENANTS, tenant -> tenant + 1)
                .map("5eed0000-0000-4000-8000-%012d"::formatted)
                .toList();
    }

    /** The number of users of each tenant, named from 1 on. */
    int users() {
        return memberships / MEMBERSHIPS_PER_USER / TENANTS;
    }

    PermissionQuery randomQuery() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new PermissionQuery(
                keys().get(random.nextInt(TENANTS)), random.nextInt(users()) + 1, random.nextInt(PERMISSIONS) + 1);
    }

    /** Fills an empty, migrated database. */
    void seed(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create temporary table tenants (creator text)");
            try (PreparedStatement tenant = connection.prepareStatement("insert into tenants values (?)")) {
                for (String key : keys()) {
                    tenant.setString(1, key);
                    tenant.executeUpdate();
                }
            }
            for (String sql : SEED) {
                statement.execute(sql.replace(":users", Integer.toString(users())));
            }
            // The value of this server's sessions, so that all contenders get the same plans.
            statement.execute("alter role current_user set random_page_cost = 1.1");
        }
    }
}
