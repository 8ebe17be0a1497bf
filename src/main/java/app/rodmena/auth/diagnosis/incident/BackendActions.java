package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.ApplicationName;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.activity.SqlMask;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
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

        ActionFailedException refused(String reason) {
            return new ActionFailedException(result(reason), true, null);
        }

        /** Marks the action as started, to be called before the signal; fails if the timeout has expired. */
        void start() {
            if (!ended.compareAndSet(false, true)) {
                throw refused("the action has timed out");
            }
        }

        /** Ends the wait without a result. The action is not executed any more, unless it has started. */
        ActionFailedException abandon(String reason, Throwable cause) {
            boolean notStarted = ended.compareAndSet(false, true);
            String consequence = notStarted ? "; the action was not executed" : "; the action may have been executed";
            return new ActionFailedException(result(reason + consequence), false, cause);
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
     * @throws ActionFailedException if there is no such connection, no statement runs on it, or PostgreSQL does not
     *     answer
     */
    public ActionResult cancelQuery(int connectionId, boolean dryRun) {
        Attempt attempt = new Attempt("cancelQuery " + connectionId, dryRun);
        int pid = engine.pool().connections().stream()
                .filter(connection -> connection.id() == connectionId)
                .findFirst()
                .orElseThrow(() -> attempt.refused("the pool has no connection " + connectionId))
                .backendPid();
        if (pid == 0) {
            throw attempt.refused(
                    "the backend of connection %s is unknown, for example behind PgBouncer".formatted(connectionId));
        }
        return execute(attempt, monitor -> {
            Target target = findBackend(monitor, pid)
                    .filter(found -> found.application.equals(application))
                    .orElseThrow(() ->
                            attempt.refused("connection %s: backend %s no longer exists".formatted(connectionId, pid)));
            if (!target.state.equals("active") || target.queryStarted == null) {
                throw attempt.refused(
                        "no statement runs on connection %s: %s".formatted(connectionId, target.describe()));
            }
            if (dryRun) {
                return attempt.result("would cancel the statement of " + target.describe());
            }
            attempt.start();
            if (!signal(monitor, CANCEL, target.pid, target.started, target.queryStarted)) {
                throw attempt.refused("it has already ended: " + target.describe());
            }
            return attempt.result("cancelled the statement of " + target.describe());
        });
    }

    /**
     * Terminates a backend: one of the pool, whose connection is then replaced; or one that blocks a backend of the
     * pool by a lock, if the configuration allows it.
     *
     * @throws ActionFailedException if there is no such backend, terminating it is not allowed, or PostgreSQL does not
     *     answer
     */
    public ActionResult terminateBackend(int pid, boolean dryRun) {
        Attempt attempt = new Attempt("terminateBackend " + pid, dryRun);
        return execute(attempt, monitor -> {
            Target target = findBackend(monitor, pid)
                    .filter(Target::isClient)
                    .orElseThrow(() -> attempt.refused("there is no client backend with pid " + pid));
            requireAllowed(attempt, target);
            if (dryRun) {
                return attempt.result("would terminate " + target.describe());
            }
            attempt.start();
            if (!signal(monitor, TERMINATE, target.pid, target.started)) {
                throw attempt.refused("it has already ended: " + target.describe());
            }
            return attempt.result("terminated " + target.describe());
        });
    }

    private void requireAllowed(Attempt attempt, Target target) {
        if (target.started == null) {
            throw attempt.refused(
                    "this server's role may not see backend %s: grant it pg_read_all_stats".formatted(target.pid));
        }
        if (target.isMonitor) {
            throw attempt.refused("backend %s is this server's monitor session".formatted(target.pid));
        }
        if (target.application.equals(application)) {
            return;
        }
        if (!target.isBlocker) {
            throw attempt.refused(
                    "%s neither belongs to this server nor blocks one of its connections".formatted(target.describe()));
        }
        if (!terminateOthers) {
            throw attempt.refused("%s blocks this server but does not belong to it: requires --allow-terminate-others"
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
        if (failure instanceof ActionFailedException refused) {
            return refused;
        }
        if (SqlState.INSUFFICIENT_PRIVILEGE.equals(SqlState.of(failure))) {
            return attempt.refused("PostgreSQL refuses: role %s may not signal that backend (%s); a member of"
                            .formatted(engine.role(), SqlState.firstLine(failure))
                    + " pg_signal_backend may, or for the backend of a superuser, only a superuser");
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

    /**
     * Thrown if an operator's action is refused, or not confirmed by PostgreSQL. The message contains the reason, in
     * one line.
     */
    public static final class ActionFailedException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        private final transient ActionResult result;
        private final boolean refused;

        ActionFailedException(ActionResult result, boolean refused, Throwable cause) {
            super(result.outcome(), cause);
            this.result = result;
            this.refused = refused;
        }

        /** The attempted action, for the audit log; its outcome equals the message. */
        public ActionResult result() {
            return result;
        }

        /** Whether the action was impossible or not allowed. If not, it may have been executed; a retry may succeed. */
        public boolean isRefused() {
            return refused;
        }
    }
}
