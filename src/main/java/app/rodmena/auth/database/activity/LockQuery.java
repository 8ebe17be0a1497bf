package app.rodmena.auth.database.activity;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.activity.LockWait.PreparedTransaction;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Queries the locks that backends wait for, and the backends that block them. The query briefly locks PostgreSQL's
 * whole lock table, so it covers only backends that wait for a lock, then those of their blockers that may wait
 * themselves, and so on. Stateless.
 */
final class LockQuery {
    private static final int MAX_WAITING = 100;
    private static final int MAX_CHAIN_LENGTH = 8;

    /**
     * A wait for a row appears as a wait for the transaction that has locked or inserted it. The row's table is visible
     * only if the backend also holds a tuple lock, as the first one in the queue for the row does, or if it has locked
     * one table for writing.
     */
    private static final String WAITS = """
            /* activity.locks */
            with held as materialized (
                select pid, locktype, mode, granted, relation, database,
                       case objsubid when 2 then '(' || classid || ', ' || objid || ')'
                            else cast(cast(classid as bigint) << 32 | cast(objid as bigint) as text) end as key,
                       database = (select oid from pg_database where datname = current_database()) as is_here
                from pg_locks where pid = any(?))
            select waiter.pid, pg_blocking_pids(waiter.pid) as blocked_by,
                   coalesce(wanted.locktype, '') as locktype, coalesce(wanted.mode, '') as mode,
                   coalesce(wanted.key, '') as key,
                   coalesce(case when wanted.is_here then cast(cast(wanted.relation as regclass) as text) end, '') as relation,
                   coalesce((select cast(cast(relation as regclass) as text) from held
                             where held.pid = waiter.pid and locktype = 'tuple' and granted and is_here limit 1),
                            (select case count(*) when 1 then cast(cast(min(pg_class.oid) as regclass) as text) end
                             from held join pg_class on pg_class.oid = held.relation and relkind in ('r', 'p')
                             where held.pid = waiter.pid and held.mode = 'RowExclusiveLock' and granted and is_here),
                            '') as row_of
            from unnest(?) as waiter(pid)
            left join held as wanted on wanted.pid = waiter.pid and not wanted.granted
            """;

    /** The oldest prepared transaction that holds what a backend waits for. */
    private static final String PREPARED = """
            /* activity.prepared */
            select distinct on (waiter.pid) waiter.pid, gid, owner,
                   cast(extract(epoch from clock_timestamp() - prepared) * 1000000 as bigint) as age_us
            from pg_locks waiter
            join pg_locks holder on holder.pid is null and holder.granted and holder.locktype = waiter.locktype
                and (holder.database, holder.relation, holder.page, holder.tuple, holder.transactionid, holder.classid,
                     holder.objid, holder.objsubid)
                    is not distinct from
                    (waiter.database, waiter.relation, waiter.page, waiter.tuple, waiter.transactionid, waiter.classid,
                     waiter.objid, waiter.objsubid)
            join pg_locks own on own.pid is null and own.granted and own.locktype = 'transactionid'
                and own.virtualtransaction = holder.virtualtransaction
            join pg_prepared_xacts on pg_prepared_xacts.transaction = own.transactionid
            where waiter.pid = any(?) and not waiter.granted
            order by waiter.pid, prepared
            """;

    /** The time limit of a statement, and of starting another one: together they take at most twice as long. */
    private static final Duration TIMEOUT = Duration.ofMillis(300);

    private static final String SET_TIMEOUT = "set local statement_timeout = " + TIMEOUT.toMillis();

    private LockQuery() {}

    /**
     * Returns the lock waits by pid. Empty or incomplete if PostgreSQL exceeds the time limit, so that the rest of the
     * snapshot is still available.
     */
    static Map<Integer, LockWait> of(Connection connection, List<Backend> backends) throws SQLException {
        if (backends.stream().noneMatch(Backend::waitsForLock)) {
            return Map.of();
        }
        Map<Integer, LockWait> waits = new HashMap<>();
        connection.setAutoCommit(false);
        try (var limit = connection.createStatement()) {
            limit.execute(SET_TIMEOUT);
            queryChain(connection, backends, waits);
            queryPrepared(connection, waits);
        } catch (SQLException e) {
            if (!SqlState.QUERY_CANCELED.equals(e.getSQLState())) {
                throw e;
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        waits.values()
                .removeIf(wait -> wait.blockedBy().isEmpty() && wait.what().isEmpty());
        return waits;
    }

    private static void queryChain(Connection connection, List<Backend> backends, Map<Integer, LockWait> waits)
            throws SQLException {
        long started = System.nanoTime();
        Map<Integer, Backend> byPid =
                backends.stream().collect(Collectors.toMap(Backend::pid, Function.identity(), (one, other) -> one));
        Set<Integer> next = backends.stream()
                .filter(Backend::waitsForLock)
                .sorted(Comparator.comparing(Backend::owner))
                .limit(MAX_WAITING)
                .map(Backend::pid)
                .collect(Collectors.toSet());
        for (int round = 0; round < MAX_CHAIN_LENGTH && !next.isEmpty(); round++) {
            if (System.nanoTime() - started > TIMEOUT.toNanos()) {
                return;
            }
            Map<Integer, LockWait> found = queryWaits(connection, next);
            waits.putAll(found);
            next = found.values().stream()
                    .map(LockWait::blockedBy)
                    .flatMap(Collection::stream)
                    .filter(pid -> pid != 0 && !waits.containsKey(pid) && mayWait(byPid.get(pid)))
                    .limit(MAX_WAITING)
                    .collect(Collectors.toCollection(HashSet::new));
        }
    }

    private static boolean mayWait(Backend backend) {
        return backend == null || backend.hidden() || backend.waitsForLock();
    }

    private static Map<Integer, LockWait> queryWaits(Connection connection, Set<Integer> pids) throws SQLException {
        Map<Integer, LockWait> waits = new HashMap<>();
        Integer[] pidArray = pids.toArray(Integer[]::new);
        try (var query = connection.prepareStatement(WAITS)) {
            query.setObject(1, pidArray);
            query.setObject(2, pidArray);
            try (var row = query.executeQuery()) {
                while (row.next()) {
                    String what = describe(
                            row.getString("locktype"),
                            row.getString("relation"),
                            row.getString("row_of"),
                            row.getString("key"));
                    List<Integer> blockedBy = pids(row.getArray("blocked_by"));
                    waits.put(
                            row.getInt("pid"), new LockWait(what, row.getString("mode"), blockedBy, Optional.empty()));
                }
            }
        }
        return waits;
    }

    /** Adds the prepared transactions to the waits that they block. */
    private static void queryPrepared(Connection connection, Map<Integer, LockWait> waits) throws SQLException {
        List<Integer> blocked = waits.entrySet().stream()
                .filter(wait -> wait.getValue().blockedBy().contains(0))
                .map(Map.Entry::getKey)
                .toList();
        if (blocked.isEmpty()) {
            return;
        }
        try (var query = connection.prepareStatement(PREPARED)) {
            query.setObject(1, blocked.toArray(Integer[]::new));
            try (var row = query.executeQuery()) {
                while (row.next()) {
                    PreparedTransaction prepared = new PreparedTransaction(
                            ActivityQuery.replaceControlCharacters(row.getString("gid")),
                            ActivityQuery.replaceControlCharacters(row.getString("owner")),
                            Duration.of(Math.max(0, row.getLong("age_us")), ChronoUnit.MICROS));
                    waits.computeIfPresent(
                            row.getInt("pid"),
                            (pid, wait) ->
                                    new LockWait(wait.what(), wait.mode(), wait.blockedBy(), Optional.of(prepared)));
                }
            }
        }
    }

    private static List<Integer> pids(Array array) throws SQLException {
        return Arrays.stream((Integer[]) array.getArray()).distinct().sorted().toList();
    }

    /** A description of the locked object, by PostgreSQL's lock types. */
    private static String describe(String type, String relation, String rowOf, String key) {
        return switch (type) {
            case "" -> "";
            case "relation", "extend", "page" -> relation.isEmpty() ? "a table of another database" : relation;
            case "tuple" -> relation.isEmpty() ? "a row" : "a row of " + relation;
            case "transactionid" -> rowOf.isEmpty() ? "another transaction" : "a row of " + rowOf;
            case "virtualxid" -> "another transaction";
            case "advisory" -> "the advisory lock " + key;
            default -> "a lock of type " + type;
        };
    }
}
