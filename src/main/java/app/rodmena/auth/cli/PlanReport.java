package app.rodmena.auth.cli;

import app.rodmena.auth.capacity.CapacityPlan;
import app.rodmena.auth.capacity.CapacityPlan.ConnectionDemand;
import app.rodmena.auth.capacity.CapacityPlan.PlanFix;
import app.rodmena.auth.capacity.ConnectionLimits;
import app.rodmena.auth.capacity.ConnectionLimits.ConnectionLimit;
import app.rodmena.auth.capacity.ConnectionLimits.MaxConnections;
import app.rodmena.auth.pool.PoolProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Formats a plan as text. */
final class PlanReport {
    private static final String FEW_LEFT = "; few for psql, backups and other clients";
    private static final int FEW = 5;

    private final CapacityPlan plan;
    private final ConnectionLimits limits;

    private PlanReport(CapacityPlan plan) {
        this.plan = plan;
        this.limits = plan.limits();
    }

    static TextReport of(CapacityPlan plan) {
        return new PlanReport(plan).report();
    }

    private TextReport report() {
        TextReport report = new TextReport()
                .say(need(plan.demand()))
                .table(List.of("", "", ""), arithmetic())
                .say(verdict());
        if (limits.maxConnections().isChangeConfigured()) {
            report.say(pending());
        }
        for (PlanFix change : plan.fixes()) {
            report.say("%s (%s):".formatted(change.description(), change.caveats()))
                    .paste(change.commands());
        }
        return report.say("These pools in fleets of other sizes:")
                .table(
                        List.of("workers", "pooled", "monitors", "total", "max_connections", "verdict"),
                        plan.scaling().stream().map(PlanReport::scaled).toList())
                .say("Other pools in %s:".formatted(processes(plan.demand().workers())))
                .table(List.of("--profile", "pool", "total", "headroom", "verdict"), profiles());
    }

    private static String need(ConnectionDemand demand) {
        String processes = processes(demand.workers());
        return "%s with %s + %s: at most %s pooled connections, and a monitor connection in each process: %s."
                .formatted(processes, demand.poolSize(), demand.maxOverflow(), demand.pooled(), demand.total());
    }

    private static String processes(int workers) {
        return workers == 1 ? "1 process" : workers + " processes";
    }

    private List<List<Object>> arithmetic() {
        List<List<Object>> rows = new ArrayList<>();
        rows.add(List.of("max_connections", limits.maxConnections().value(), source()));
        rows.add(List.of("  superuser_reserved_connections", -limits.superuserReserved(), ""));
        rows.add(List.of("  reserved_connections", -limits.reserved(), ""));
        limits.bounds().forEach(bound -> {
            boolean isServers = bound.kind() == ConnectionLimit.Kind.MAX_CONNECTIONS;
            if (!isServers) {
                rows.add(List.of(bound.kind().label(), bound.limit(), ""));
            }
            rows.add(List.of("  others, now", -bound.others(), isServers ? others() : ""));
            if (bound.otherFleets() != 0) {
                rows.add(List.of("  servers with another role or database", -bound.otherFleets(), ""));
            }
        });
        rows.add(List.of("room for this fleet", limits.tightest().room(), ""));
        rows.add(List.of("maximum of this fleet", plan.demand().total(), ""));
        rows.add(List.of("headroom", plan.headroom(), ""));
        return rows;
    }

    private String source() {
        return switch (limits.source()) {
            case ASSUMED -> "assumed: PostgreSQL's default";
            case GIVEN -> "as given";
            case SERVER -> "as PostgreSQL says";
        };
    }

    private String others() {
        return limits.server()
                .map(server -> server.hidden() > 0 ? "at most: this role lacks pg_monitor" : "")
                .orElse("not asked");
    }

    private String verdict() {
        int headroom = plan.headroom();
        String now = limits.server()
                .filter(server -> server.fleet() > 0)
                .map(server -> " Now %s of it have %s open.".formatted(processes(server.processes()), server.fleet()))
                .orElse("");
        if (headroom < 0) {
            return "DOES NOT FIT: %s too many for %s; %s of these fit.%s"
                    .formatted(-headroom, limits.tightest().kind().label(), processes(plan.maxWorkers()), now);
        }
        return "FITS: %s left%s.%s".formatted(headroom, headroom < FEW ? FEW_LEFT : "", now);
    }

    private String pending() {
        MaxConnections setting = limits.maxConnections();
        String asked = setting.configured().isPresent()
                ? Integer.toString(setting.configured().getAsInt())
                : "another (this role may not see which)";
        String until = setting.onCommandLine()
                ? "but PostgreSQL was started with -c max_connections=%d, which beats it."
                : "which takes a restart of PostgreSQL; until then it is %d (pending_restart is %s).";
        return "The configuration asks for max_connections = %s already, ".formatted(asked)
                + until.formatted(setting.value(), setting.pendingRestart());
    }

    private static List<Object> scaled(CapacityPlan plan) {
        ConnectionDemand demand = plan.demand();
        int needed = plan.maxConnectionsNeeded();
        return List.of(demand.workers(), demand.pooled(), demand.monitors(), demand.total(), needed, word(plan));
    }

    private List<List<Object>> profiles() {
        return Arrays.stream(PoolProfile.values()).map(this::profile).toList();
    }

    private List<Object> profile(PoolProfile profile) {
        String pool = "%s+%s".formatted(profile.poolSize(), profile.maxOverflow());
        CapacityPlan other =
                new CapacityPlan(plan.demand().withPool(profile.poolSize(), profile.maxOverflow()), limits);
        return List.of(profile.wireName(), pool, other.demand().total(), other.headroom(), word(other));
    }

    private static String word(CapacityPlan plan) {
        return plan.fits() ? "fits" : "does not fit";
    }
}
