package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.ConnectionLimit.Kind;
import app.rodmena.auth.capacity.ConnectionLimits.QueriedServer;
import app.rodmena.auth.capacity.ConnectionLimits.Source;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Queries PostgreSQL's connection limits for a fleet. Needs only the right to log in; reports what is hidden from it.
 */
public final class ServerLimitsQuery {
    /** The connection limits of roles and databases do not apply to superusers. */
    private static final String SETTINGS = """
            /* capacity.settings */
            select current_setting('max_connections')::int as max_connections,
                   current_setting('superuser_reserved_connections')::int as superuser_reserved,
                   coalesce(current_setting('reserved_connections', true), '0')::int as reserved,
                   pending_restart,
                   source = 'command line' as on_command_line,
                   current_setting('server_version') as version,
                   session_user as role,
                   current_database() as database,
                   case when rolsuper then -1 else rolconnlimit end as role_limit,
                   case when rolsuper then -1 else datconnlimit end as database_limit
            from pg_roles, pg_database, pg_settings
            where rolname = session_user and datname = current_database() and name = 'max_connections'
            """;

    private static final String MAY_SEE_FILES = """
            /* capacity.may_see_files */
            select has_table_privilege('pg_file_settings', 'select')
                   and has_function_privilege('pg_show_all_file_settings()', 'execute')
            """;

    private static final String CONFIGURED = """
            /* capacity.configured */
            select setting::int from pg_file_settings
            where name = 'max_connections' and setting ~ '^\\d{1,6}$'
            order by seqno desc limit 1
            """;

    private ServerLimitsQuery() {}

    /** The effective value, and the value in the configuration files. */
    public static ConnectionLimits of(Connection connection) throws SQLException {
        ConnectionLimits limits = fleet(connection).limits();
        try (var statement = connection.createStatement()) {
            boolean maySeeFiles;
            try (ResultSet row = statement.executeQuery(MAY_SEE_FILES)) {
                maySeeFiles = row.next() && row.getBoolean(1);
            }
            return maySeeFiles ? withConfigured(limits, statement.executeQuery(CONFIGURED)) : limits;
        }
    }

    /** Reads the fleet and its limits. */
    static Fleet fleet(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            SessionCounts sessions;
            try (ResultSet rows = statement.executeQuery(SessionCounts.SQL)) {
                sessions = SessionCounts.of(rows);
            }
            try (ResultSet row = statement.executeQuery(SETTINGS)) {
                row.next();
                return new Fleet(Instant.now(), limits(row, sessions), sessions.members());
            }
        }
    }

    private static ConnectionLimits limits(ResultSet row, SessionCounts sessions) throws SQLException {
        int maxConnections = row.getInt("max_connections");
        int superuserReserved = row.getInt("superuser_reserved");
        int reserved = row.getInt("reserved");
        List<ConnectionLimit> bounds = new ArrayList<>();
        bounds.add(sessions.bound(Kind.MAX_CONNECTIONS, maxConnections, superuserReserved + reserved));
        if (row.getInt("role_limit") >= 0) {
            bounds.add(sessions.bound(Kind.ROLE_LIMIT, row.getInt("role_limit"), 0));
        }
        if (row.getInt("database_limit") >= 0) {
            bounds.add(sessions.bound(Kind.DATABASE_LIMIT, row.getInt("database_limit"), 0));
        }
        QueriedServer server = new QueriedServer(
                row.getString("version"),
                row.getString("role"),
                row.getString("database"),
                bounds.get(0).others(),
                sessions.members().stream().mapToInt(FleetMember::open).sum(),
                sessions.members().stream().mapToInt(FleetMember::processes).sum(),
                sessions.hidden());
        return new ConnectionLimits(
                Source.SERVER,
                new MaxConnections(
                        maxConnections,
                        row.getBoolean("on_command_line"),
                        row.getBoolean("pending_restart"),
                        OptionalInt.empty()),
                superuserReserved,
                reserved,
                bounds,
                Optional.of(server));
    }

    private static ConnectionLimits withConfigured(ConnectionLimits limits, ResultSet answer) throws SQLException {
        try (ResultSet row = answer) {
            return row.next() ? limits.with(limits.maxConnections().withConfigured(row.getInt(1))) : limits;
        }
    }
}
