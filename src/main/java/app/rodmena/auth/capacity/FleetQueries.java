package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.CapacityPlan.ConnectionDemand;
import app.rodmena.auth.common.FirstLine;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.PoolSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The queries about a fleet, on the monitor connection. Each blocks for a few seconds at most. Thread-safe.
 *
 * <p>Advisory locks of the monitor connections serialize the decisions of processes; PostgreSQL releases them when the
 * holder's session ends. No query waits for a lock: it returns false, and the caller tries again later. They are local
 * to a database, so the decisions of processes with other databases are not serialized with these. The first key,
 * 1635087464, is "auth" in ASCII; with the second key 1, it is the lock of migrations.
 */
record FleetQueries(Monitor monitor) {
    private static final long QUERY_TIMEOUT_SECONDS = 5;

    /** The maximum wait for the advisory lock. Then the decision is made without it: another program may hold it. */
    private static final Duration MAX_WAIT_FOR_LOCK = Duration.ofSeconds(3);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final String BEHIND_POOLER =
            "PostgreSQL is behind a pooler such as PgBouncer, which shares sessions";

    /** Marks this process as undecided, so that the others do not count it; false if another session has the lock. */
    static final String MARK = """
            /* capacity.mark */
            select exists (
                       select from pg_locks
                       where pid = pg_backend_pid() and locktype = 'advisory'
                         and classid = 1635087464 and objid = 2 and objsubid = 2)
                or pg_try_advisory_lock_shared(1635087464, 2)
            """;

    /** Removes the mark; the other processes then count this one. */
    static final String UNMARK = """
            /* capacity.unmark */
            select pg_advisory_unlock_shared(1635087464, 2)
            """;

    /** Takes the lock of decisions; false if another process holds it. */
    static final String TRY_TURN = """
            /* capacity.try_turn */
            select pg_try_advisory_lock(1635087464, 3)
            """;

    private static final String END_TURN = """
            /* capacity.end_turn */
            select pg_advisory_unlock(1635087464, 3)
            """;

    /** The fleet cannot be read; the message says why in one line. */
    static final class FleetUnavailableException extends Exception {
        private static final long serialVersionUID = 1;

        FleetUnavailableException(String message, Throwable cause) {
            super(message, cause);
        }

        /** Whether a retry cannot succeed. */
        boolean isPermanent() {
            return getCause() instanceof SQLFeatureNotSupportedException;
        }
    }

    record AdmissionDecision(Fleet fleet, boolean fits) {}

    /** What follows a decision, before another process can decide. */
    @FunctionalInterface
    private interface Announcement {
        void send(Connection connection) throws SQLException;
    }

    Fleet read() throws FleetUnavailableException, InterruptedException {
        return submit(ServerLimitsQuery::fleet);
    }

    /** Announces that this process is about to decide; the other processes do not count it until it has. */
    void markUndecided() throws FleetUnavailableException, InterruptedException {
        if (!submit(connection -> queryBoolean(connection, MARK))) {
            throw new FleetUnavailableException("another session holds the advisory lock (1635087464, 2)", null);
        }
    }

    /**
     * Decides whether there is room for this process's demand. If there is, or if the process runs anyway, the other
     * processes count it afterwards.
     *
     * @param ownBackends pids of the backends of its pool: they are part of the demand, and their instance name does
     *     not identify them, because other processes may have the same one
     */
    AdmissionDecision decideAdmission(List<Integer> ownBackends, ConnectionDemand demand, boolean runsAnyway)
            throws FleetUnavailableException, InterruptedException {
        return decideLocked(ownBackends, demand.total(), runsAnyway, connection -> queryBoolean(connection, UNMARK));
    }

    /**
     * Decides whether this process's pool may grow; if it may, announces its new maximum to the other processes, except
     * for a preview.
     */
    AdmissionDecision decideGrowth(int growth, PoolSettings requested, boolean isPreview)
            throws FleetUnavailableException, InterruptedException {
        if (isPreview) {
            Fleet fleet = read();
            return new AdmissionDecision(fleet, fleet.headroom() >= growth);
        }
        return decideLocked(List.of(), growth, false, connection -> monitor.announce(connection, requested));
    }

    /** Decisions of all processes are serialized by an advisory lock. */
    private AdmissionDecision decideLocked(
            List<Integer> uncounted, int additional, boolean runsAnyway, Announcement announcement)
            throws FleetUnavailableException, InterruptedException {
        long deadline = System.nanoTime() + MAX_WAIT_FOR_LOCK.toNanos();
        while (true) {
            boolean evenIfLocked = System.nanoTime() - deadline > 0;
            Optional<AdmissionDecision> decided = submit(connection -> {
                boolean locked = queryBoolean(connection, TRY_TURN);
                if (!locked && !evenIfLocked) {
                    return Optional.empty();
                }
                try {
                    Fleet fleet = ServerLimitsQuery.fleetWithout(uncounted, connection);
                    boolean fits = fleet.headroom() >= additional;
                    if (fits || runsAnyway) {
                        announcement.send(connection);
                    }
                    return Optional.of(new AdmissionDecision(fleet, fits));
                } finally {
                    if (locked) {
                        queryBoolean(connection, END_TURN);
                    }
                }
            });
            if (decided.isPresent()) {
                return decided.get();
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }

    static boolean queryBoolean(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            return result.next() && result.getBoolean(1);
        }
    }

    private <T> T submit(Monitor.DiagnosticQuery<T> query) throws FleetUnavailableException, InterruptedException {
        try {
            return monitor.submit(connection -> {
                        if (monitor.backendPid() == 0) {
                            throw new SQLFeatureNotSupportedException(BEHIND_POOLER);
                        }
                        return query.execute(connection);
                    })
                    .toCompletableFuture()
                    .get(QUERY_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new FleetUnavailableException(FirstLine.of(e.getCause().getMessage()), e.getCause());
        } catch (TimeoutException e) {
            throw new FleetUnavailableException(
                    "PostgreSQL has not answered for %s s".formatted(QUERY_TIMEOUT_SECONDS), e);
        }
    }
}
