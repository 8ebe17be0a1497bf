package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit;
import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit.Kind;
import app.rodmena.auth.capacity.ConnectionLimits.MaxConnections;
import app.rodmena.auth.pool.PoolSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Compares the maximum connections of a fleet with PostgreSQL's limits. Arithmetic only; sends no query. */
public record CapacityPlan(ConnectionDemand demand, ConnectionLimits limits) {
    /** The numbers of workers that a plan is compared with. */
    private static final List<Integer> SCALE = List.of(4, 8, 16, 32);

    private static final int ROUND_TO = 10;

    /** The share of the available connections that PgBouncer may use; the rest is left to other applications. */
    private static final double BOUNCER_SHARE = 0.8;

    private static final String STANDBYS = "Change standbys first: their value must not be lower than the primary's";

    /**
     * The maximum connections of a fleet of equal processes: each opens up to pool_size + max_overflow, and one for its
     * monitor.
     */
    public record ConnectionDemand(int workers, int poolSize, int maxOverflow) {
        /** Each process has one connection outside its pool, the monitor's. */
        public static final int MONITORS_PER_WORKER = 1;

        public static ConnectionDemand of(PoolSettings settings) {
            return new ConnectionDemand(settings.workers(), settings.poolSize(), settings.maxOverflow());
        }

        public int poolMaximum() {
            return poolSize + maxOverflow;
        }

        /** The sum of the maxima of all pools. */
        public int pooled() {
            return workers * poolMaximum();
        }

        public int monitors() {
            return workers * MONITORS_PER_WORKER;
        }

        /** The maximum of the fleet, monitors included. */
        public int total() {
            return pooled() + monitors();
        }

        public ConnectionDemand withWorkers(int workers) {
            return new ConnectionDemand(workers, poolSize, maxOverflow);
        }

        public ConnectionDemand withPool(int poolSize, int maxOverflow) {
            return new ConnectionDemand(workers, poolSize, maxOverflow);
        }
    }

    /** One way to make a fleet fit: commands, or lines of a configuration file, in order, and their caveats. */
    public record PlanFix(String description, List<String> commands, String caveats) {
        public PlanFix {
            commands = List.copyOf(commands);
        }
    }

    /** The connections that stay free if all processes open their maximum; negative if connections are missing. */
    public int headroom() {
        return limits.tightest().room() - demand.total();
    }

    public boolean fits() {
        return headroom() >= 0;
    }

    /** The minimum max_connections for this fleet. */
    public int maxConnectionsNeeded() {
        return limits.maxConnectionsFor(demand.total());
    }

    /** The same pools with 4, 8, 16 and 32 workers and with the planned number. */
    public List<CapacityPlan> scaling() {
        return Stream.concat(SCALE.stream(), Stream.of(demand.workers()))
                .distinct()
                .sorted()
                .map(workers -> new CapacityPlan(demand.withWorkers(workers), limits))
                .toList();
    }

    /** The maximum number of processes with these pools that fit. */
    public int maxWorkers() {
        return limits.room() / demand.withWorkers(1).total();
    }

    /** The maximum pooled connections of each process so that all fit; 0 if there is no room for even one. */
    public int maxPerWorker() {
        return Math.max(0, limits.room() / demand.workers() - ConnectionDemand.MONITORS_PER_WORKER);
    }

    /** The ways to make the fleet fit, each sufficient by itself, the least invasive first; none if it fits. */
    public List<PlanFix> fixes() {
        if (fits()) {
            return List.of();
        }
        List<PlanFix> changes = new ArrayList<>();
        if (maxPerWorker() > 0) {
            changes.add(smallerPools());
        }
        for (ConnectionLimit bound : limits.bounds()) {
            int missing = demand.total() - bound.room();
            if (missing > 0) {
                raise(limits, bound.kind(), bound.limit() + missing).ifPresent(changes::add);
            }
        }
        if (limits.room() > 1) {
            changes.add(bouncer());
        }
        return List.copyOf(changes);
    }

    private PlanFix smallerPools() {
        int max = maxPerWorker();
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

    private PlanFix bouncer() {
        int room = limits.room();
        int size = Math.max(1, (int) (room * BOUNCER_SHARE));
        return new PlanFix(
                "A PgBouncer in front, which shares %s connections among all processes".formatted(size),
                List.of(
                        "[pgbouncer]",
                        "pool_mode = transaction",
                        "max_client_conn = %s".formatted(demand.total()),
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
