package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.ConnectionLimit.Kind;
import app.rodmena.auth.capacity.ConnectionLimits.QueriedServer;
import app.rodmena.auth.capacity.ConnectionLimits.Source;
import app.rodmena.auth.database.activity.ServerLimits;
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
    private static final String SETTING = """
            /* capacity.setting */
            select setting::int, source = 'command line', pending_restart
            from pg_settings where name = 'max_connections'
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
            MaxConnections setting;
            try (ResultSet row = statement.executeQuery(SETTING)) {
                row.next();
                setting = new MaxConnections(row.getInt(1), row.getBoolean(2), row.getBoolean(3), OptionalInt.empty());
            }
            boolean maySeeFiles;
            try (ResultSet row = statement.executeQuery(MAY_SEE_FILES)) {
                maySeeFiles = row.next() && row.getBoolean(1);
            }
            return limits.with(maySeeFiles ? withConfigured(setting, statement.executeQuery(CONFIGURED)) : setting);
        }
    }

    /** Reads the fleet and its limits. */
    static Fleet fleet(Connection connection) throws SQLException {
        return fleetWithout(List.of(), connection);
    }

    /** Reads the fleet and its limits without the sessions of these backends. */
    static Fleet fleetWithout(List<Integer> backendPids, Connection connection) throws SQLException {
        try (var query = connection.prepareStatement(SessionCounts.SQL)) {
            query.setArray(1, connection.createArrayOf("int4", backendPids.toArray()));
            SessionCounts sessions;
            try (ResultSet rows = query.executeQuery()) {
                sessions = SessionCounts.of(rows);
            }
            return new Fleet(Instant.now(), limits(ServerLimits.of(connection), sessions), sessions.members());
        }
    }

    private static ConnectionLimits limits(ServerLimits server, SessionCounts sessions) {
        List<ConnectionLimit> bounds = new ArrayList<>();
        bounds.add(sessions.bound(
                Kind.MAX_CONNECTIONS, server.maxConnections(), server.superuserReserved() + server.reserved()));
        server.roleLimit().ifPresent(limit -> bounds.add(sessions.bound(Kind.ROLE_LIMIT, limit, 0)));
        server.databaseLimit().ifPresent(limit -> bounds.add(sessions.bound(Kind.DATABASE_LIMIT, limit, 0)));
        QueriedServer queried = new QueriedServer(
                server.version(),
                server.role(),
                server.database(),
                bounds.get(0).others(),
                sessions.members().stream().mapToInt(FleetMember::open).sum(),
                sessions.members().stream().mapToInt(FleetMember::processes).sum(),
                sessions.hidden());
        return new ConnectionLimits(
                Source.SERVER,
                MaxConnections.of(server.maxConnections()),
                server.superuserReserved(),
                server.reserved(),
                bounds,
                Optional.of(queried));
    }

    private static MaxConnections withConfigured(MaxConnections setting, ResultSet answer) throws SQLException {
        try (ResultSet row = answer) {
            return row.next() ? setting.withConfigured(row.getInt(1)) : setting;
        }
    }
}
