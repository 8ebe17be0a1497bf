package app.rodmena.auth.database.activity;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.OptionalInt;

/**
 * A PostgreSQL server and its connection limits for the role and the database of a session. Immutable.
 *
 * @param seesEverything whether the role may see the statements of other roles
 * @param reserved reserved_connections; 0 before PostgreSQL 16, which introduced it
 * @param roleLimit the connection limit of the role, if it has one; it does not apply to superusers
 * @param databaseLimit the connection limit of the database, if it has one; it does not apply to superusers
 */
public record ServerLimits(
        int versionNumber,
        String version,
        boolean standby,
        String role,
        String database,
        boolean seesEverything,
        int maxConnections,
        int superuserReserved,
        int reserved,
        OptionalInt roleLimit,
        OptionalInt databaseLimit) {
    private static final String SQL = """
            /* activity.server */
            select cast(current_setting('server_version_num') as int) as version_number,
                   current_setting('server_version') as version,
                   pg_is_in_recovery() as standby,
                   session_user as role,
                   current_database() as database,
                   pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_everything,
                   cast(current_setting('max_connections') as int) as max_connections,
                   cast(current_setting('superuser_reserved_connections') as int) as superuser_reserved,
                   cast(coalesce(current_setting('reserved_connections', true), '0') as int) as reserved,
                   case when rolsuper then -1 else rolconnlimit end as role_limit,
                   case when rolsuper then -1 else datconnlimit end as database_limit
            from pg_roles, pg_database
            where rolname = session_user and datname = current_database()
            """;

    /** Reads the limits; needs only the right to log in. */
    public static ServerLimits of(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement(SQL);
                var row = query.executeQuery()) {
            row.next();
            return new ServerLimits(
                    row.getInt("version_number"),
                    row.getString("version"),
                    row.getBoolean("standby"),
                    row.getString("role"),
                    row.getString("database"),
                    row.getBoolean("sees_everything"),
                    row.getInt("max_connections"),
                    row.getInt("superuser_reserved"),
                    row.getInt("reserved"),
                    limit(row, "role_limit"),
                    limit(row, "database_limit"));
        }
    }

    /** PostgreSQL uses −1 for no limit. */
    private static OptionalInt limit(ResultSet row, String column) throws SQLException {
        int limit = row.getInt(column);
        return limit < 0 ? OptionalInt.empty() : OptionalInt.of(limit);
    }
}
