package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.Bound.Kind;
import app.rodmena.auth.capacity.Limits.Seen;
import app.rodmena.auth.capacity.Limits.Source;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Asks a PostgreSQL what it lets a fleet have. Needs no rights but to log in, and says what it could not see. */
public final class ServerLimits {
    /** A superuser is held to neither its role's limit nor the database's. */
    private static final String SETTINGS = """
            /* capacity.settings */
            select current_setting('max_connections')::int as max_connections,
                   current_setting('superuser_reserved_connections')::int as superuser_reserved,
                   coalesce(current_setting('reserved_connections', true), '0')::int as reserved,
                   pending_restart,
                   source = 'command line' as on_command_line,
                   has_table_privilege('pg_file_settings', 'select')
                       and has_function_privilege('pg_show_all_file_settings()', 'execute') as may_see_files,
                   current_setting('server_version') as version,
                   session_user as role,
                   current_database() as database,
                   case when rolsuper then -1 else rolconnlimit end as role_limit,
                   case when rolsuper then -1 else datconnlimit end as database_limit
            from pg_roles, pg_database, pg_settings
            where rolname = session_user and datname = current_database() and name = 'max_connections'
            """;

    /**
     * Of other roles only pg_monitor sees the kind of session. Those of a user in a database are clients, or, rarely,
     * somebody's parallel workers.
     */
    private static final String SESSIONS = """
            /* capacity.sessions */
            select count(*) filter (where not ours) as others,
                   count(*) filter (where not ours and usename = session_user) as others_of_role,
                   count(*) filter (where not ours and datname = current_database()) as others_in_database,
                   count(*) filter (where not ours and backend_type is null) as hidden,
                   count(*) filter (where ours) as fleet,
                   count(distinct split_part(application_name, '/', 2)) filter (where ours) as processes
            from (select *, coalesce(application_name like 'auth/%', false) as ours
                  from pg_stat_activity
                  where backend_type = 'client backend'
                     or (backend_type is null and usesysid is not null and datid is not null)) as clients
            where pid <> pg_backend_pid()
            """;

    private static final String CONFIGURED = """
            /* capacity.configured */
            select setting::int from pg_file_settings
            where name = 'max_connections' and setting ~ '^\\d{1,6}$'
            order by seqno desc limit 1
            """;

    private ServerLimits() {}

    /** What the server says now; this connection is not counted. */
    public static Limits of(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            Sessions sessions;
            try (ResultSet row = statement.executeQuery(SESSIONS)) {
                row.next();
                sessions = Sessions.of(row);
            }
            boolean maySeeFiles;
            Limits limits;
            try (ResultSet row = statement.executeQuery(SETTINGS)) {
                row.next();
                maySeeFiles = row.getBoolean("may_see_files");
                limits = limits(row, sessions);
            }
            return maySeeFiles ? withConfigured(limits, statement.executeQuery(CONFIGURED)) : limits;
        }
    }

    private record Sessions(int others, int ofRole, int inDatabase, int hidden, int fleet, int processes) {
        static Sessions of(ResultSet row) throws SQLException {
            return new Sessions(
                    row.getInt("others"),
                    row.getInt("others_of_role"),
                    row.getInt("others_in_database"),
                    row.getInt("hidden"),
                    row.getInt("fleet"),
                    row.getInt("processes"));
        }
    }

    private static Limits limits(ResultSet row, Sessions sessions) throws SQLException {
        int maxConnections = row.getInt("max_connections");
        int superuserReserved = row.getInt("superuser_reserved");
        int reserved = row.getInt("reserved");
        List<Bound> bounds = new ArrayList<>();
        bounds.add(new Bound(Kind.MAX_CONNECTIONS, maxConnections, superuserReserved + reserved, sessions.others));
        if (row.getInt("role_limit") >= 0) {
            bounds.add(new Bound(Kind.ROLE_LIMIT, row.getInt("role_limit"), 0, sessions.ofRole));
        }
        if (row.getInt("database_limit") >= 0) {
            bounds.add(new Bound(Kind.DATABASE_LIMIT, row.getInt("database_limit"), 0, sessions.inDatabase));
        }
        Seen seen = new Seen(
                row.getString("version"),
                row.getString("role"),
                row.getString("database"),
                sessions.others,
                sessions.fleet,
                sessions.processes,
                sessions.hidden);
        return new Limits(
                Source.SERVER,
                new MaxConnections(
                        maxConnections,
                        row.getBoolean("on_command_line"),
                        row.getBoolean("pending_restart"),
                        OptionalInt.empty()),
                superuserReserved,
                reserved,
                bounds,
                Optional.of(seen));
    }

    private static Limits withConfigured(Limits limits, ResultSet answer) throws SQLException {
        try (ResultSet row = answer) {
            return row.next() ? limits.with(limits.maxConnections().withConfigured(row.getInt(1))) : limits;
        }
    }
}
