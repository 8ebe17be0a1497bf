package app.rodmena.auth.testing;

import app.rodmena.auth.postgres.DatabaseTarget;
import java.sql.SQLException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Creates a role with many members and permissions, directly in the database. */
public final class LongList {
    public static final String ROLE = "big";

    private LongList() {}

    /** Creates the role {@link #ROLE} of a tenant with these numbers of members and permissions. */
    public static void create(DatabaseTarget target, String key, int members, int permissions) throws SQLException {
        try (var connection = TestPostgres.connect(target);
                var statement = connection.prepareStatement("""
                        with tenant as (
                            select ?::varchar as creator, ?::varchar as role, ?::int as members, ?::int as permissions
                        ), member as (
                            insert into auth_membership (creator, "user")
                            select creator, 'user-' || lpad(i::text, 7, '0') from tenant, generate_series(1, members) i
                            returning id
                        ), permission as (
                            insert into auth_permission (creator, name)
                            select creator, 'permission-' || lpad(i::text, 7, '0') from tenant, generate_series(1, permissions) i
                            returning id
                        ), holder as (
                            insert into auth_group (creator, role) select creator, role from tenant returning id
                        ), members as (
                            insert into membership_groups (membership_id, group_id)
                            select member.id, holder.id from member, holder
                        )
                        insert into permission_groups (permission_id, group_id)
                        select permission.id, holder.id from permission, holder
                        """)) {
            // Without checks of foreign keys, which take most of the time.
            connection.createStatement().execute("set session_replication_role = replica");
            statement.setString(1, key);
            statement.setString(2, ROLE);
            statement.setInt(3, members);
            statement.setInt(4, permissions);
            statement.execute();
            // So that the lists are read as in a database that autovacuum has analyzed.
            connection.createStatement().execute("analyze");
        }
    }

    /** The expected body of {@code GET /api/members/big}. */
    public static String members(int rows) {
        return IntStream.rangeClosed(1, rows)
                // Ten times faster than a format, which matters for hundreds of thousands of rows.
                .mapToObj(i ->
                        "{\"user\":\"user-" + Integer.toString(10_000_000 + i).substring(1) + "\",\"role\":\"big\"}")
                .collect(Collectors.joining(",", "{\"result\":[", "]}"));
    }
}
