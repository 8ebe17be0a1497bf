package app.rodmena.auth.diagnosis;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.SqlMask;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.postgres.PgJdbc;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A deadlock, which PostgreSQL has broken by cancelling the statement of one of its sessions. Immutable.
 *
 * @param waits the waits of the cycle, the cancelled session's first
 */
public record Deadlock(List<Wait> waits) {
    /** The detail of the error in English; in another language only the session's own statement is known. */
    private static final Pattern WAIT =
            Pattern.compile("Process (\\d+) waits for (\\w+) on ([^;\\n]+); blocked by process (\\d+)\\.");

    /** The maximum length of a named statement of another client. */
    private static final int MAX_LENGTH = 120;

    /** A session's wait for a lock of another session. */
    public record Wait(int pid, String lock, int blockedBy) {}

    public Deadlock {
        waits = List.copyOf(waits);
    }

    /** The deadlock that a failure reports; empty for another failure, or if its detail is not known. */
    public static Optional<Deadlock> of(Throwable failure) {
        if (!SqlState.of(failure).equals(SqlState.DEADLOCK_DETECTED)) {
            return Optional.empty();
        }
        List<Wait> waits = PgJdbc.errorDetail(failure)
                .map(WAIT::matcher)
                .map(matcher -> matcher.results()
                        .map(wait -> new Wait(
                                Integer.parseInt(wait.group(1)),
                                wait.group(2) + " on " + wait.group(3),
                                Integer.parseInt(wait.group(4))))
                        .toList())
                .orElse(List.of());
        return waits.isEmpty() ? Optional.empty() : Optional.of(new Deadlock(waits));
    }

    /**
     * Describes the deadlock with the statements and routes of its sessions.
     *
     * @param route the route of the cancelled statement
     * @param connections the pool's connections at the failure
     * @param diagnoses the diagnoses around the failure, which show the sessions of other clients
     */
    public String describe(String route, List<ConnectionView> connections, List<Diagnosis> diagnoses) {
        int cancelled = waits.get(0).pid();
        String cycle = waits.stream()
                .map(wait -> "%s waited for %s of pid %s"
                        .formatted(
                                session(wait.pid(), wait.pid() == cancelled ? route : "", connections, diagnoses),
                                wait.lock(),
                                wait.blockedBy()))
                .collect(Collectors.joining("; "));
        return "Deadlock: %s; PostgreSQL cancelled the statement of pid %s".formatted(cycle, cancelled);
    }

    private static String session(int pid, String route, List<ConnectionView> connections, List<Diagnosis> diagnoses) {
        return connections.stream()
                .filter(connection -> connection.backendPid() == pid)
                .findFirst()
                .map(connection -> "pid %s (%s%s)"
                        .formatted(pid, statement(connection.lastSql()), route(pid, route, connection, diagnoses)))
                .or(() -> diagnoses.stream()
                        .flatMap(diagnosis -> diagnosis.postgres().stream())
                        .flatMap(view -> view.backend(pid).stream())
                        .filter(backend -> !backend.query().isEmpty())
                        .findFirst()
                        .map(backend -> "pid %s (%s: %s)".formatted(pid, backend.application(), query(backend))))
                .orElse("pid " + pid + (route.isEmpty() ? "" : " (%s)".formatted(route)));
    }

    /** The route of a connection, which may be idle again. */
    private static String route(int pid, String known, ConnectionView connection, List<Diagnosis> diagnoses) {
        return Optional.of(known)
                .filter(route -> !route.isEmpty())
                .or(() -> connection.use().map(ConnectionView.Use::route))
                .or(() -> diagnoses.stream()
                        .flatMap(diagnosis -> diagnosis.holders().stream())
                        .filter(holder -> holder.backendPid() == pid)
                        .map(Holder::route)
                        .findFirst())
                .map(route -> " of " + route)
                .orElse("");
    }

    private static String statement(String sql) {
        return sql.isEmpty() ? "no statement" : Formats.statement(SqlMask.mask(sql));
    }

    private static String query(Backend backend) {
        return Formats.shortened(backend.query().replaceAll("\\s+", " ").strip(), MAX_LENGTH);
    }
}
