package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit;
import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit.Kind;
import app.rodmena.auth.capacity.ConnectionLimits.MaxConnections;
import app.rodmena.auth.capacity.ConnectionLimits.QueriedServer;
import app.rodmena.auth.capacity.ConnectionLimits.Source;
import app.rodmena.auth.capacity.Fleet.FleetMember;
import app.rodmena.auth.database.activity.ServerLimits;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
                setting = new MaxConnections(row.getInt(1), row.getBoolean(2), row.getBoolean(3), Optional.empty());
            }
            if (FleetQueries.queryBoolean(connection, MAY_SEE_FILES)) {
                try (ResultSet row = statement.executeQuery(CONFIGURED)) {
                    setting = row.next() ? setting.withConfigured(row.getInt(1)) : setting;
                }
            }
            return limits.with(setting);
        }
    }

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

    /**
     * The sessions of a PostgreSQL server at one instant. A fleet consists of the servers with one role and one
     * database, because the limit of a role or a database counts only the sessions of that role or in that database.
     *
     * @param others sessions of other applications that a limit counts, by kind of limit
     * @param otherFleets the sum of the maxima of servers with another role or database that a limit counts, by kind of
     *     limit
     * @param hidden of the others, those whose kind is hidden from our role
     * @param members the fleet with our role and our database
     */
    private record SessionCounts(
            Map<Kind, Integer> others, Map<Kind, Integer> otherFleets, int hidden, List<FleetMember> members) {
        /**
         * Any role can read application names; the backend type of another role's session is visible only with
         * pg_monitor. A session of hidden type with a user and a database is a client or, rarely, a parallel worker.
         *
         * <p>The querying session is not counted unless it belongs to the fleet. An undecided process holds the mark of
         * {@link FleetQueries}. Undecided processes in other databases count, because their decisions are not
         * serialized with ours: two processes may then both be refused, but never both accepted beyond the limit.
         *
         * <p>The parameter is an array of the pids of backends that are not counted.
         */
        static final String SQL = """
                /* capacity.sessions */
                select case when application_name like 'auth/%' then application_name else '' end as name,
                       coalesce(usename = session_user, false) as of_role,
                       coalesce(datname = current_database(), false) as in_database,
                       backend_type is null as hidden,
                       coalesce(datname = current_database(), false) and exists (
                           select from pg_locks
                           where pg_locks.pid = pg_stat_activity.pid and locktype = 'advisory'
                             and classid = 1635087464 and objid = 2 and objsubid = 2) as undecided,
                       count(*)::int as sessions
                from pg_stat_activity
                where (backend_type = 'client backend'
                       or (backend_type is null and usesysid is not null and datid is not null))
                  and (application_name like 'auth/%' or pid <> pg_backend_pid())
                  and pid <> all (?)
                group by 1, 2, 3, 4, 5
                """;

        private static final Pattern NAME = Pattern.compile("auth/(?<instance>[^/]+)(?:/(?<suffix>.*))?");
        private static final Pattern POOL = Pattern.compile("(?<size>\\d{1,4})\\+(?<overflow>\\d{1,4})");

        /** The role and database of sessions, which determine the limits that count them. */
        private record Owner(boolean hasOurRole, boolean isInOurDatabase) {
            boolean isCountedBy(Kind limit) {
                return switch (limit) {
                    case MAX_CONNECTIONS -> true;
                    case ROLE_LIMIT -> hasOurRole;
                    case DATABASE_LIMIT -> isInOurDatabase;
                };
            }

            /** Adds sessions to each limit that counts them. */
            void add(Map<Kind, Integer> byLimit, int sessions) {
                for (Kind limit : Kind.values()) {
                    byLimit.merge(limit, isCountedBy(limit) ? sessions : 0, Integer::sum);
                }
            }
        }

        private record Server(Owner owner, String instance) {}

        static SessionCounts of(ResultSet rows) throws SQLException {
            Map<Kind, Integer> others = new EnumMap<>(Kind.class);
            Map<Kind, Integer> otherFleets = new EnumMap<>(Kind.class);
            int hidden = 0;
            Map<Server, Counted> servers = new HashMap<>();
            while (rows.next()) {
                int sessions = rows.getInt("sessions");
                Owner owner = new Owner(rows.getBoolean("of_role"), rows.getBoolean("in_database"));
                Matcher name = NAME.matcher(rows.getString("name"));
                if (name.matches()) {
                    servers.computeIfAbsent(new Server(owner, name.group("instance")), server -> new Counted())
                            .add(name.group("suffix"), sessions, rows.getBoolean("undecided"));
                } else {
                    owner.add(others, sessions);
                    hidden += rows.getBoolean("hidden") ? sessions : 0;
                }
            }
            List<FleetMember> members = new ArrayList<>();
            servers.forEach((server, counted) -> {
                FleetMember member = counted.member(server.instance());
                if (server.owner().hasOurRole() && server.owner().isInOurDatabase()) {
                    members.add(member);
                } else {
                    server.owner().add(otherFleets, member.share());
                }
            });
            members.sort(Comparator.comparing(FleetMember::instance));
            return new SessionCounts(others, otherFleets, hidden, members);
        }

        /** The limit of that kind with its use by others. */
        ConnectionLimit bound(Kind kind, int limit, int reserved) {
            return new ConnectionLimit(
                    kind, limit, reserved, others.getOrDefault(kind, 0), otherFleets.getOrDefault(kind, 0));
        }

        /** The running counts of one instance name. */
        private static final class Counted {
            private final TreeSet<String> pools = new TreeSet<>();
            private int processes;
            private int poolMaximum;
            private int pooled;
            private int beside;
            private int undecided;

            void add(String suffix, int sessions, boolean isUndecided) {
                Matcher pool = POOL.matcher(suffix == null ? "" : suffix);
                if (suffix == null) {
                    pooled += sessions;
                } else if (!pool.matches()) {
                    beside += sessions;
                } else if (isUndecided) {
                    undecided += sessions;
                } else {
                    processes += sessions;
                    pools.add(suffix);
                    poolMaximum += sessions
                            * (Integer.parseInt(pool.group("size")) + Integer.parseInt(pool.group("overflow")));
                }
            }

            FleetMember member(String instance) {
                return new FleetMember(
                        instance, processes, String.join(", ", pools), poolMaximum, pooled, beside, undecided);
            }
        }
    }
}
