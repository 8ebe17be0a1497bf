package app.rodmena.auth.diagnosis;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.StatementExecution;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.GenericPlan;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.ConnectionView.State;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the generic plans of the pool's named statements, and detects when one changes, for example because an index
 * was dropped or the statistics are gone. Asks for one plan per diagnosis on the monitoring connection, and never runs
 * a statement. Thread-safe.
 */
final class PlanWatch {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");
    private static final int MAX_STATEMENTS = 100;

    /** The class of errors in the statement itself. */
    private static final String SYNTAX = "42";

    /** The pause between two plans of one statement. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    /** The time for which a change explains a slow statement. */
    private static final Duration RECENT = Duration.ofMinutes(15);

    /**
     * The generic plan of a statement.
     *
     * @param nodes the nodes and their conditions, from the top
     * @param change its recent change, for example {@code PLAN_CHANGED 40 s ago: Index Scan using a on b became Seq
     *     Scan on b}; empty if it did not change
     */
    record StatementPlan(String nodes, String change) {}

    private static final class Known {
        long askedNanos;

        /** Whether it cannot be explained, so that PostgreSQL would log an error for each attempt. */
        boolean hasNoPlan;

        List<String> plan = List.of();
        String change = "";
        long changedNanos;

        String change() {
            Duration ago = Duration.ofNanos(System.nanoTime() - changedNanos);
            return change.isEmpty() || ago.compareTo(RECENT) > 0
                    ? ""
                    : "PLAN_CHANGED %s ago: %s".formatted(Formats.time(ago), change);
        }
    }

    /** By SQL text, the least recently asked first; guarded by this. */
    private final Map<String, Known> statements = new LinkedHashMap<>();

    private final Monitor monitor;

    PlanWatch(Monitor monitor) {
        this.monitor = monitor;
    }

    /** Asks for the plan of a statement on the pool's connections, those in use first. Never blocks. */
    void ask(PoolObservation pool, PostgresSnapshot view) {
        // While a statement waits for a lock, so might the query for the plan.
        if (view.version() < GenericPlan.FIRST_VERSION
                || view.backends().stream().anyMatch(Backend::waitsForLock)) {
            return;
        }
        pool.connections().stream()
                .sorted(Comparator.comparing(connection -> connection.state() != State.IN_USE))
                .map(ConnectionView::lastSql)
                .filter(sql -> !StatementExecution.nameOf(sql).equals(StatementExecution.UNNAMED))
                .distinct()
                .filter(this::isDue)
                .findFirst()
                .ifPresent(sql -> monitor.submit(new GenericPlan(sql)).whenComplete((plan, failure) -> {
                    if (failure == null) {
                        store(sql, plan);
                    } else if (SqlState.of(failure).startsWith(SYNTAX)) {
                        store(sql, List.of()); // For example, the type of a parameter is unknown without its value.
                    }
                }));
    }

    private synchronized boolean isDue(String sql) {
        long now = System.nanoTime();
        Known known = statements.get(sql);
        if (known != null && (known.hasNoPlan || now - known.askedNanos < PAUSE.toNanos())) {
            return false;
        }
        Known asked = known == null ? new Known() : known;
        asked.askedNanos = now;
        statements.remove(sql);
        statements.put(sql, asked);
        if (statements.size() > MAX_STATEMENTS) {
            statements.remove(statements.keySet().iterator().next());
        }
        return true;
    }

    /** @param plan empty if the statement cannot be explained */
    private synchronized void store(String sql, List<String> plan) {
        Known known = statements.get(sql);
        if (known == null) {
            return;
        }
        known.hasNoPlan = plan.isEmpty() && known.plan.isEmpty();
        if (plan.isEmpty() || plan.equals(known.plan)) {
            return;
        }
        if (!known.plan.isEmpty()) {
            known.change = "%s became %s".formatted(difference(known.plan, plan), difference(plan, known.plan));
            known.changedNanos = System.nanoTime();
            LOG.warn("plan_changed statement={} cause=\"{}\"", Formats.statement(sql), known.change);
        }
        known.plan = plan;
    }

    /** The first node of a plan that another plan does not have. */
    private static String difference(List<String> plan, List<String> other) {
        return plan.stream().filter(node -> !other.contains(node)).findFirst().orElse(plan.get(0));
    }

    /** The plan of a statement; empty if it is not known. */
    synchronized Optional<StatementPlan> planOf(String sql) {
        return Optional.ofNullable(statements.get(sql))
                .filter(known -> !known.plan.isEmpty())
                .map(known -> new StatementPlan(String.join("; ", known.plan), known.change()));
    }
}
