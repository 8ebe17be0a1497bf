package app.rodmena.auth.capacity;

import app.rodmena.auth.common.FirstLine;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.PoolSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The queries about a fleet, on the monitor connection. Each blocks for a few seconds at most. Thread-safe. */
final class FleetQueries {
    private static final long QUERY_TIMEOUT_SECONDS = 5;

    /** The maximum wait for the advisory lock. Then the decision is made without it: another program may hold it. */
    private static final Duration MAX_WAIT_FOR_LOCK = Duration.ofSeconds(3);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final String BEHIND_POOLER =
            "PostgreSQL is behind a pooler such as PgBouncer, which shares sessions";

    private final Monitor monitor;

    /** A reading of the fleet, and whether the demand fits. */
    record AdmissionDecision(Fleet fleet, boolean fits) {}

    /** What follows a decision, before another process can decide. */
    @FunctionalInterface
    private interface Announcement {
        void send(Connection connection) throws SQLException;
    }

    FleetQueries(Monitor monitor) {
        this.monitor = monitor;
    }

    /** Reads the current fleet. */
    Fleet read() throws FleetUnavailableException, InterruptedException {
        return submit(ServerLimitsQuery::fleet);
    }

    /** Announces that this process is about to decide; the other processes do not count it until it has. */
    void markUndecided() throws FleetUnavailableException, InterruptedException {
        if (!submit(connection -> new FleetLocks(connection).markUndecided())) {
            throw new FleetUnavailableException("another session holds the advisory lock (1635087464, 2)", false, null);
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
        return decideLocked(
                ownBackends, demand.total(), runsAnyway, connection -> new FleetLocks(connection).markDecided());
    }

    /**
     * Decides whether this process's pool may grow; if it may, announces its new maximum to the other processes, except
     * for a preview.
     */
    AdmissionDecision decideGrowth(int growth, PoolSettings requested, boolean isPreview)
            throws FleetUnavailableException, InterruptedException {
        if (isPreview) {
            Fleet fleet = read();
            return new AdmissionDecision(fleet, fleet.hasRoomFor(growth));
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
                FleetLocks locks = new FleetLocks(connection);
                boolean locked = locks.tryLock();
                if (!locked && !evenIfLocked) {
                    return Optional.empty();
                }
                try {
                    Fleet fleet = ServerLimitsQuery.fleetWithout(uncounted, connection);
                    boolean fits = fleet.hasRoomFor(additional);
                    if (fits || runsAnyway) {
                        announcement.send(connection);
                    }
                    return Optional.of(new AdmissionDecision(fleet, fits));
                } finally {
                    if (locked) {
                        locks.unlock();
                    }
                }
            });
            if (decided.isPresent()) {
                return decided.get();
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }

    private <T> T submit(Monitor.DiagnosticQuery<T> query) throws FleetUnavailableException, InterruptedException {
        try {
            return monitor.submit(connection -> {
                        if (monitor.backendPid() == 0) {
                            throw new SQLException(BEHIND_POOLER);
                        }
                        return query.execute(connection);
                    })
                    .toCompletableFuture()
                    .get(QUERY_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            String message = FirstLine.of(e.getCause().getMessage());
            throw new FleetUnavailableException(message, message.equals(BEHIND_POOLER), e.getCause());
        } catch (TimeoutException e) {
            throw new FleetUnavailableException(
                    "PostgreSQL has not answered for %s s".formatted(QUERY_TIMEOUT_SECONDS), false, e);
        }
    }
}
