package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.ApplicationName;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.activity.SqlMask;
import app.rodmena.auth.pool.ConnectionView;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The actions of an operator on backends: cancel a query, terminate a backend. Thread-safe. An action blocks for up to
 * 3 s, is not executed after that timeout, and changes nothing on a dry run. The caller is responsible for
 * authorization and for the audit log.
 *
 * <p>PostgreSQL reuses pids: the statement that signals a backend also verifies its identity by its start time.
 */
public final class BackendActions {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private static final String SELECT_BACKEND = """
            /* remedies.look */
            with recursive blockers(pid) as (
                select unnest(pg_blocking_pids(waiting.pid)) from pg_stat_activity waiting
                where waiting.application_name = ? and waiting.wait_event_type = 'Lock'
                union
                select unnest(pg_blocking_pids(blockers.pid)) from blockers)
            select pid, application_name, coalesce(usename, '') as usename, backend_start,
                   coalesce(state, '') as state, query_start, left(coalesce(query, ''), 1000) as query,
                   backend_type = 'client backend' as is_client,
                   pid = pg_backend_pid() as is_monitor,
                   pid in (select pid from blockers) as is_blocker
            from pg_stat_activity where pid = ?
            """;

    private static final String CANCEL = """
            /* remedies.cancel */
            select pg_cancel_backend(pid) from pg_stat_activity
            where pid = ? and backend_start = ? and query_start = ? and state = 'active'
            """;

    private static final String TERMINATE = """
            /* remedies.terminate */
            select pg_terminate_backend(pid) from pg_stat_activity where pid = ? and backend_start = ?
            """;

    private final DatabaseEngine engine;
    private final String application;
    private final boolean terminateOthers;

    /** An action with a timeout. After the timeout, the monitor no longer executes it. Thread-safe. */
    private record Attempt(String action, boolean dryRun, AtomicBoolean ended) {
        Attempt(String action, boolean dryRun) {
            this(action, dryRun, new AtomicBoolean());
        }

        ActionResult result(String outcome) {
            return new ActionResult(action, dryRun, outcome);
        }

        /**
         * Marks the action as started, to be called before the signal.
         *
         * @throws ActionRefusedException if the timeout has expired
         */
        void start() {
            if (!ended.compareAndSet(false, true)) {
                throw new ActionRefusedException("the action has timed out");
            }
        }

        /** Ends the wait without a result. The action is not executed any more, unless it has started. */
        ActionOutcomeUnknownException abandon(String reason, Throwable cause) {
            boolean notStarted = ended.compareAndSet(false, true);
            return new ActionOutcomeUnknownException(
                    result(reason
                            + (notStarted ? "; the action was not executed" : "; the action may have been executed")),
                    cause);
        }
    }

    private record Target(
            int pid,
            String application,
            String user,
            OffsetDateTime started,
            String state,
            OffsetDateTime queryStarted,
            String query,
            boolean isClient,
            boolean isMonitor,
            boolean isBlocker) {
        String describe() {
            String name = application.isEmpty() ? "no application_name" : application;
            String activity = (state.isEmpty() ? "state not visible" : state)
                    + (query.isEmpty() ? "" : ": " + SqlMask.mask(query));
            return "backend %s (%s, user %s, %s)".formatted(pid, name, user, activity);
        }
    }

    /**
     * Creates the actions for the pool of an engine.
     *
     * @param instance the instance name of this process in PostgreSQL
     */
    public BackendActions(DatabaseEngine engine, String instance, IncidentsConfig config) {
        this.engine = engine;
        this.application = new ApplicationName(instance).pool();
        this.terminateOthers = config.terminateOthers();
    }

    /**
     * Cancels the running statement of a connection of the pool. Its caller gets an error; the connection stays open.
     *
     * @throws ActionRefusedException if there is no such connection, or no statement runs on it
     * @throws ActionOutcomeUnknownException if PostgreSQL does not answer
     */
    public ActionResult cancelQuery(int connectionId, boolean dryRun) {
        ConnectionView connection = connection(connectionId);
        int pid = connection.backendPid();
        if (pid == 0) {
            throw new ActionRefusedException(
                    "the backend of connection %s is unknown, for example behind PgBouncer".formatted(connectionId));
        }
        Attempt attempt = new Attempt("cancelQuery " + connectionId, dryRun);
        return execute(attempt, monitor -> {
            Target target = findBackend(monitor, pid)
                    .filter(found -> found.application.equals(application))
                    .orElseThrow(() -> new ActionRefusedException(
                            "connection %s: backend %s no longer exists".formatted(connectionId, pid)));
            if (!target.state.equals("active") || target.queryStarted == null) {
                throw new ActionRefusedException(
                        "no statement runs on connection %s: %s".formatted(connectionId, target.describe()));
            }
            if (dryRun) {
                return attempt.result("would cancel the statement of " + target.describe());
            }
            attempt.start();
            if (!signal(monitor, CANCEL, target.pid, target.started, target.queryStarted)) {
                throw new ActionRefusedException("it has already ended: " + target.describe());
            }
            return attempt.result("cancelled the statement of " + target.describe());
        });
    }

    /**
     * Terminates a backend: one of the pool, whose connection is then replaced; or one that blocks a backend of the
     * pool by a lock, if the configuration allows it.
     *
     * @throws ActionRefusedException if there is no such backend, or terminating it is not allowed
     * @throws ActionOutcomeUnknownException if PostgreSQL does not answer
     */
    public ActionResult terminateBackend(int pid, boolean dryRun) {
        Attempt attempt = new Attempt("terminateBackend " + pid, dryRun);
        return execute(attempt, monitor -> {
            Target target = findBackend(monitor, pid)
                    .filter(Target::isClient)
                    .orElseThrow(() -> new ActionRefusedException("there is no client backend with pid " + pid));
            requireAllowed(target);
            if (dryRun) {
                return attempt.result("would terminate " + target.describe());
            }
            attempt.start();
            if (!signal(monitor, TERMINATE, target.pid, target.started)) {
                throw new ActionRefusedException("it has already ended: " + target.describe());
            }
            return attempt.result("terminated " + target.describe());
        });
    }

    private ConnectionView connection(int id) {
        return engine.pool().connections().stream()
                .filter(connection -> connection.id() == id)
                .findFirst()
                .orElseThrow(() -> new ActionRefusedException("the pool has no connection " + id));
    }

    private void requireAllowed(Target target) {
        if (target.started == null) {
            throw new ActionRefusedException(
                    "this server's role may not see backend %s: grant it pg_read_all_stats".formatted(target.pid));
        }
        if (target.isMonitor) {
            throw new ActionRefusedException("backend %s is this server's monitor session".formatted(target.pid));
        }
        if (target.application.equals(application)) {
            return;
        }
        if (!target.isBlocker) {
            throw new ActionRefusedException(
                    "%s neither belongs to this server nor blocks one of its connections".formatted(target.describe()));
        }
        if (!terminateOthers) {
            throw new ActionRefusedException(
                    "%s blocks this server but does not belong to it: requires --allow-terminate-others"
                            .formatted(target.describe()));
        }
    }

    private Optional<Target> findBackend(Connection monitor, int pid) throws SQLException {
        try (var query = monitor.prepareStatement(SELECT_BACKEND)) {
            query.setString(1, application);
            query.setInt(2, pid);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(target(row)) : Optional.empty();
            }
        }
    }

    private static Target target(ResultSet row) throws SQLException {
        return new Target(
                row.getInt("pid"),
                row.getString("application_name"),
                row.getString("usename"),
                row.getObject("backend_start", OffsetDateTime.class),
                row.getString("state"),
                row.getObject("query_start", OffsetDateTime.class),
                row.getString("query"),
                row.getBoolean("is_client"),
                row.getBoolean("is_monitor"),
                row.getBoolean("is_blocker"));
    }

    /** @return whether a backend with this identity existed and was signalled */
    private static boolean signal(Connection monitor, String sql, int pid, OffsetDateTime... timestamps)
            throws SQLException {
        try (var query = monitor.prepareStatement(sql)) {
            query.setInt(1, pid);
            for (int i = 0; i < timestamps.length; i++) {
                query.setObject(i + 2, timestamps[i]);
            }
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private ActionResult execute(Attempt attempt, Monitor.DiagnosticQuery<ActionResult> query) {
        try {
            return engine.monitor().submit(query).toCompletableFuture().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw failure(attempt, e.getCause());
        } catch (TimeoutException e) {
            throw attempt.abandon("PostgreSQL did not answer within 3 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw attempt.abandon("interrupted", e);
        }
    }

    private RuntimeException failure(Attempt attempt, Throwable failure) {
        if (failure instanceof ActionRefusedException refused) {
            return refused;
        }
        if (SqlState.INSUFFICIENT_PRIVILEGE.equals(SqlState.of(failure))) {
            return new ActionRefusedException("PostgreSQL refuses: role %s may not signal that backend (%s)"
                    .formatted(engine.role(), SqlState.firstLine(failure)));
        }
        return attempt.abandon("PostgreSQL cannot be queried: " + failure.getMessage(), failure);
    }

    /**
     * The result of an operator's action, or of its dry run.
     *
     * @param action the action, for example {@code terminateBackend 4123}
     * @param dryRun whether it was a dry run, which changes nothing
     * @param outcome the effect and the affected backend
     */
    public record ActionResult(String action, boolean dryRun, String outcome) {
        /** The action and its outcome for the audit log. */
        public String summary() {
            return "%s%s: %s".formatted(action, dryRun ? " (dry run)" : "", outcome);
        }
    }

    /** Thrown if an operator's action is impossible or not allowed. The message contains the reason, in one line. */
    public static final class ActionRefusedException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        ActionRefusedException(String reason) {
            super(reason);
        }
    }

    /**
     * Thrown if PostgreSQL does not confirm an operator's action. The message contains what is known, in one line. The
     * action was not refused: it may have been executed, and a retry may succeed.
     */
    public static final class ActionOutcomeUnknownException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        private final transient ActionResult result;

        ActionOutcomeUnknownException(ActionResult result, Throwable cause) {
            super(result.outcome(), cause);
            this.result = Objects.requireNonNull(result, "result");
        }

        /** The attempted action, for the audit log; its outcome equals the message. */
        public ActionResult result() {
            return result;
        }
    }
}
