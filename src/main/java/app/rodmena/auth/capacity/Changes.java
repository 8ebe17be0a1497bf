package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.Bound.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Computes the ways to make a fleet fit that exceeds its limit, with the commands. */
public final class Changes {
    private static final int ROUND_TO = 10;

    /** The share of the available connections that PgBouncer may use; the rest is left to other applications. */
    private static final double BOUNCER_SHARE = 0.8;

    private static final String STANDBYS = "Change standbys first: their value must not be lower than the primary's";

    private Changes() {}

    /** Returns the changes, each sufficient by itself, the least invasive first; none if the plan fits. */
    public static List<Change> toFit(Plan plan) {
        if (plan.fits()) {
            return List.of();
        }
        List<Change> changes = new ArrayList<>();
        if (plan.mostPerWorker() > 0) {
            changes.add(smallerPools(plan));
        }
        for (Bound bound : plan.limits().bounds()) {
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

    private static Change smallerPools(Plan plan) {
        int most = plan.mostPerWorker();
        Demand demand = plan.demand();
        int size = Math.max(1, Math.min(demand.poolSize(), most * demand.poolSize() / demand.poolMaximum()));
        return new Change(
                "Smaller pools in every process",
                List.of("--pool-size %s --max-overflow %s".formatted(size, most - size)),
                "effective immediately, also at run time by the MBean PoolSettings; callers wait longer under load");
    }

    private static Optional<Change> raise(Limits limits, Kind kind, int least) {
        int wanted = (least + ROUND_TO - 1) / ROUND_TO * ROUND_TO;
        return switch (kind) {
            case MAX_CONNECTIONS ->
                wanted > MaxConnections.MOST ? Optional.empty() : Optional.of(raise(limits.maxConnections(), wanted));
            case ROLE_LIMIT ->
                limits.seen().map(server -> raiseLimit("role", "ALTER ROLE " + quoted(server.role()), wanted));
            case DATABASE_LIMIT ->
                limits.seen()
                        .map(server -> raiseLimit("database", "ALTER DATABASE " + quoted(server.database()), wanted));
        };
    }

    private static Change raiseLimit(String whose, String alter, int wanted) {
        return new Change(
                "A higher connection limit of the " + whose,
                List.of("%s CONNECTION LIMIT %s;".formatted(alter, wanted)),
                "effective immediately for new connections");
    }

    private static Change raise(MaxConnections now, int wanted) {
        String what = "A higher max_connections";
        String check = "SELECT setting, pending_restart FROM pg_settings WHERE name = 'max_connections';";
        if (now.onCommandLine()) {
            return new Change(
                    what,
                    List.of("postgres ... -c max_connections=%s".formatted(wanted), check),
                    "it is set on PostgreSQL's command line, which overrides ALTER SYSTEM: change the command line"
                            + " (Patroni: patronictl edit-config) and restart, which ends all sessions. " + STANDBYS);
        }
        return new Change(
                what,
                List.of(
                        "ALTER SYSTEM SET max_connections = %s;".formatted(wanted),
                        "systemctl restart postgresql    # or pg_ctl restart, or your provider's button",
                        check),
                "requires a restart, which ends all sessions; pg_reload_conf() is not enough, pending_restart"
                        + " stays true until the restart. " + STANDBYS);
    }

    private static Change bouncer(Plan plan) {
        int room = plan.limits().room();
        int size = Math.max(1, (int) (room * BOUNCER_SHARE));
        return new Change(
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
