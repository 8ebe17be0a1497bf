package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit;
import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit.Kind;
import app.rodmena.auth.capacity.ConnectionLimits.MaxConnections;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Computes the ways to make a fleet fit that exceeds its limit, with the commands. */
public final class PlanFixes {
    private static final int ROUND_TO = 10;

    /** The share of the available connections that PgBouncer may use; the rest is left to other applications. */
    private static final double BOUNCER_SHARE = 0.8;

    private static final String STANDBYS = "Change standbys first: their value must not be lower than the primary's";

    /** One way to make a fleet fit: commands, or lines of a configuration file, in order, and their caveats. */
    public record PlanFix(String description, List<String> commands, String caveats) {
        public PlanFix {
            commands = List.copyOf(commands);
        }
    }

    private PlanFixes() {}

    /** Returns the changes, each sufficient by itself, the least invasive first; none if the plan fits. */
    public static List<PlanFix> toFit(CapacityPlan plan) {
        if (plan.fits()) {
            return List.of();
        }
        List<PlanFix> changes = new ArrayList<>();
        if (plan.maxPerWorker() > 0) {
            changes.add(smallerPools(plan));
        }
        for (ConnectionLimit bound : plan.limits().bounds()) {
            int missing = plan.demand().total() - bound.room();
            if (missing > 0) {
                raise(plan.limits(), bound.kind(), bound.limit() + missing).ifPresent(changes::add);
            }
        }
        if (plan.limits().room() > 1) {
            changes.add(bouncer(plan));
        }
        return List.copyOf(changes);
    }

    private static PlanFix smallerPools(CapacityPlan plan) {
        int max = plan.maxPerWorker();
        ConnectionDemand demand = plan.demand();
        int size = Math.max(1, Math.min(demand.poolSize(), max * demand.poolSize() / demand.poolMaximum()));
        return new PlanFix(
                "Smaller pools in every process",
                List.of("--pool-size %s --max-overflow %s".formatted(size, max - size)),
                "effective immediately, also at run time by the MBean PoolSettings; callers wait longer under load");
    }

    private static Optional<PlanFix> raise(ConnectionLimits limits, Kind kind, int minimum) {
        int required = (minimum + ROUND_TO - 1) / ROUND_TO * ROUND_TO;
        return switch (kind) {
            case MAX_CONNECTIONS ->
                required > MaxConnections.MAX
                        ? Optional.empty()
                        : Optional.of(raise(limits.maxConnections(), required));
            case ROLE_LIMIT ->
                limits.server().map(server -> raiseLimit("role", "ALTER ROLE " + quoted(server.role()), required));
            case DATABASE_LIMIT ->
                limits.server()
                        .map(server -> raiseLimit("database", "ALTER DATABASE " + quoted(server.database()), required));
        };
    }

    private static PlanFix raiseLimit(String owner, String alter, int required) {
        return new PlanFix(
                "A higher connection limit of the " + owner,
                List.of("%s CONNECTION LIMIT %s;".formatted(alter, required)),
                "effective immediately for new connections");
    }

    private static PlanFix raise(MaxConnections now, int required) {
        String description = "A higher max_connections";
        String check = "SELECT setting, pending_restart FROM pg_settings WHERE name = 'max_connections';";
        if (now.onCommandLine()) {
            return new PlanFix(
                    description,
                    List.of("postgres ... -c max_connections=%s".formatted(required), check),
                    "it is set on PostgreSQL's command line, which overrides ALTER SYSTEM: change the command line"
                            + " (Patroni: patronictl edit-config) and restart, which ends all sessions. " + STANDBYS);
        }
        return new PlanFix(
                description,
                List.of(
                        "ALTER SYSTEM SET max_connections = %s;".formatted(required),
                        "systemctl restart postgresql    # or pg_ctl restart, or your provider's button",
                        check),
                "requires a restart, which ends all sessions; pg_reload_conf() is not enough, pending_restart"
                        + " stays true until the restart. " + STANDBYS);
    }

    private static PlanFix bouncer(CapacityPlan plan) {
        int room = plan.limits().room();
        int size = Math.max(1, (int) (room * BOUNCER_SHARE));
        return new PlanFix(
                "A PgBouncer in front, which shares %s connections among all processes".formatted(size),
                List.of(
                        "[pgbouncer]",
                        "pool_mode = transaction",
                        "max_client_conn = %s".formatted(plan.demand().total()),
                        "max_db_connections = %s".formatted(size),
                        "default_pool_size = %s".formatted(size),
                        "ignore_startup_parameters = extra_float_digits,options"),
                "the pools keep their size and wait in PgBouncer's queue; statement_timeout must be set with"
                        + " ALTER ROLE ... SET, backend pids become unknown");
    }

    /** Quotes the identifier always, because reserved words such as {@code user} need it. */
    private static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
