package app.rodmena.auth.database.activity;

import app.rodmena.auth.database.ApplicationName;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.activity.Backend.BackendOwner;
import app.rodmena.auth.database.activity.PostgresSnapshot.BackendStateCount;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Queries PostgreSQL's backends and connection limits: two fast statements, and a few more only while a backend waits
 * for a lock. Supports PostgreSQL 13 and later, with any permissions of the role. Immutable.
 */
public final class ActivityQuery implements Monitor.DiagnosticQuery<PostgresSnapshot> {
    private static final String HIDDEN = "<insufficient privilege>";

    /**
     * Client backends, and other backends with a transaction, which can block clients; PostgreSQL does not report the
     * transactions of a walsender. The type of a backend is hidden from a role that may not see its activity; such a
     * backend without a role is an autovacuum worker.
     */
    private static final String BACKENDS = """
            /* activity.backends */
            with instant as (select clock_timestamp() as now),
            activity as (
                select *, coalesce(backend_type,
                                   case when usesysid is null then 'autovacuum worker' else 'client backend' end) as type
                from pg_stat_activity
                where backend_type = 'client backend' or (backend_type is null and datid is not null)
                   or backend_type = 'walsender' or xact_start is not null)
            select cast(extract(epoch from now) * 1000000 as bigint) as now_us,
                   pid, coalesce(datname, '') as datname, coalesce(usename, '') as usename,
                   coalesce(nullif(application_name, ''), nullif(type, 'client backend'), '') as application,
                   coalesce(host(client_addr), '') as client, type,
                   coalesce(state, '') as state,
                   coalesce(wait_event_type, '') as wait_event_type, coalesce(wait_event, '') as wait_event,
                   cast(extract(epoch from now - backend_start) * 1000000 as bigint) as connected_us,
                   cast(extract(epoch from now - xact_start) * 1000000 as bigint) as transaction_us,
                   cast(extract(epoch from now - query_start) * 1000000 as bigint) as query_us,
                   cast(extract(epoch from now - state_change) * 1000000 as bigint) as state_us,
                   case when pid = pg_backend_pid() then ''
                        when state = 'idle' and application_name <> ? then ''
                        else left(query, 1000) end as query,
                   coalesce(backend_role.rolsuper, false) as superuser,
                   own_role.rolsuper or coalesce(
                       not backend_role.rolsuper
                       and (pg_has_role(usesysid, 'usage') or pg_has_role('pg_signal_backend', 'usage')), false) as endable
            from instant
            join pg_roles own_role on own_role.rolname = current_user
            cross join activity
            left join pg_roles backend_role on backend_role.oid = usesysid
            order by xact_start nulls last, pid
            """;

    /** Version 14 counts them, too, but a read waits for its statistics collector, for seconds if the disk is slow. */
    private static final int FIRST_VERSION_WITH_SESSIONS = 150_000;

    private static final String SESSIONS = """
            /* activity.sessions */
            select cast(coalesce(sum(sessions), 0) as bigint) as sessions from pg_stat_database
            """;

    private final ApplicationName own;

    /** @param instance this process's name; its application_name is {@code auth/<instance>} */
    public ActivityQuery(String instance) {
        own = new ApplicationName(instance);
    }

    @Override
    public PostgresSnapshot execute(Connection connection) throws SQLException {
        Instant takenAt = Instant.now();
        long started = System.nanoTime();
        ServerLimits server = ServerLimits.of(connection);
        List<Row> rows = rows(connection);
        Map<Integer, LockWait> locks =
                LockQuery.of(connection, rows.stream().map(Row::backend).toList());
        List<Backend> backends = rows.stream()
                .map(Row::backend)
                .map(backend -> Optional.ofNullable(locks.get(backend.pid()))
                        .map(backend::waitingFor)
                        .orElse(backend))
                .toList();
        List<Row> clients = rows.stream().filter(Row::isClient).toList();
        return new PostgresSnapshot(
                takenAt,
                rows.stream().findFirst().map(Row::clock).orElse(takenAt),
                Duration.ofNanos(System.nanoTime() - started),
                server.versionNumber(),
                server.standby(),
                server.role(),
                server.seesEverything(),
                sessions(connection, server),
                slots(server, clients),
                backends,
                counts(clients));
    }

    private static Optional<Long> sessions(Connection connection, ServerLimits server) throws SQLException {
        if (server.versionNumber() < FIRST_VERSION_WITH_SESSIONS) {
            return Optional.empty();
        }
        try (var query = connection.prepareStatement(SESSIONS);
                var row = query.executeQuery()) {
            row.next();
            return Optional.of(row.getLong("sessions"));
        }
    }

    private record Row(Backend backend, boolean isClient, Instant clock) {}

    private static ConnectionSlots slots(ServerLimits server, List<Row> clients) {
        Map<BackendOwner, Integer> countByOwner = new TreeMap<>();
        clients.forEach(row -> countByOwner.merge(row.backend.owner(), 1, Integer::sum));
        return new ConnectionSlots(
                server.maxConnections(),
                server.superuserReserved(),
                server.reserved(),
                server.databaseLimit(),
                server.roleLimit(),
                countByOwner.getOrDefault(BackendOwner.POOL, 0),
                countByOwner.getOrDefault(BackendOwner.OURS, 0),
                countByOwner.getOrDefault(BackendOwner.SIBLING, 0),
                countByOwner.getOrDefault(BackendOwner.OTHER, 0));
    }

    private List<Row> rows(Connection connection) throws SQLException {
        List<Row> rows = new ArrayList<>();
        try (var query = connection.prepareStatement(BACKENDS)) {
            query.setString(1, own.pool());
            try (var result = query.executeQuery()) {
                while (result.next()) {
                    rows.add(row(result));
                }
            }
        }
        return rows;
    }

    private Row row(ResultSet row) throws SQLException {
        String type = row.getString("type");
        boolean isClient = type.equals("client backend");
        String application = replaceControlCharacters(row.getString("application"));
        String query = row.getString("query");
        boolean hidden = HIDDEN.equals(query);
        return new Row(
                new Backend(
                        row.getInt("pid"),
                        replaceControlCharacters(row.getString("datname")),
                        replaceControlCharacters(row.getString("usename")),
                        application,
                        row.getString("client"),
                        type,
                        isClient ? ownerOf(application) : BackendOwner.OTHER,
                        row.getString("state"),
                        row.getString("wait_event_type"),
                        row.getString("wait_event"),
                        age(row, "connected_us"),
                        age(row, "transaction_us"),
                        age(row, "query_us"),
                        age(row, "state_us"),
                        hidden || query == null ? "" : SqlMask.mask(query),
                        hidden,
                        row.getBoolean("endable"),
                        row.getBoolean("superuser"),
                        Optional.empty()),
                isClient,
                Instant.EPOCH.plus(row.getLong("now_us"), ChronoUnit.MICROS));
    }

    /** Replaces control characters in names, which clients choose, so that they cannot control a terminal. */
    static String replaceControlCharacters(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }

    private static Optional<Duration> age(ResultSet row, String column) throws SQLException {
        long micros = row.getLong(column);
        // The clock is read before the row, so the row's timestamp can be slightly later.
        return row.wasNull() ? Optional.empty() : Optional.of(Duration.of(Math.max(0, micros), ChronoUnit.MICROS));
    }

    private BackendOwner ownerOf(String application) {
        if (application.equals(own.pool())) {
            return BackendOwner.POOL;
        }
        if (own.isBesidePool(application)) {
            return BackendOwner.OURS;
        }
        return ApplicationName.isOfFleet(application) ? BackendOwner.SIBLING : BackendOwner.OTHER;
    }

    private static List<BackendStateCount> counts(List<Row> clients) {
        record Kind(String application, String user, String state) {}
        Map<Kind, Integer> counts = new LinkedHashMap<>();
        clients.forEach(row -> counts.merge(
                new Kind(row.backend.application(), row.backend.user(), row.backend.state()), 1, Integer::sum));
        return counts.entrySet().stream()
                .map(entry -> new BackendStateCount(
                        entry.getKey().application(),
                        entry.getKey().user(),
                        entry.getKey().state(),
                        entry.getValue()))
                .sorted((a, b) -> Integer.compare(b.count(), a.count()))
                .toList();
    }
}
