package app.rodmena.auth.cli;

import app.rodmena.auth.capacity.CapacityPlan;
import app.rodmena.auth.capacity.ConnectionLimit;
import app.rodmena.auth.capacity.ConnectionLimits;
import app.rodmena.auth.capacity.PlanFix;
import app.rodmena.auth.capacity.PlanFixes;
import java.util.List;
import java.util.Locale;

/** A plan as JSON, with all numbers of the text. The names are stable. */
record PlanJson(
        boolean fits,
        int headroom,
        int workers,
        int poolSize,
        int maxOverflow,
        int pooledConnections,
        int monitorConnections,
        int totalConnections,
        int maxConnectionsNeeded,
        int mostWorkers,
        ServerJson server,
        List<PlanFix> changes,
        List<ScaleJson> scaling) {

    /** PostgreSQL's limits; a value is null if no PostgreSQL was queried for it. */
    record ServerJson(
            String source,
            int maxConnections,
            boolean maxConnectionsOnCommandLine,
            int superuserReservedConnections,
            int reservedConnections,
            Integer othersNow,
            Integer othersOfUnknownKind,
            Integer fleetNow,
            Integer processesNow,
            boolean pendingRestart,
            Integer maxConnectionsAskedFor,
            List<BoundJson> bounds,
            int room) {
        static ServerJson of(ConnectionLimits limits) {
            return new ServerJson(
                    word(limits.source()),
                    limits.maxConnections().value(),
                    limits.maxConnections().onCommandLine(),
                    limits.superuserReserved(),
                    limits.reserved(),
                    limits.server().map(ConnectionLimits.QueriedServer::others).orElse(null),
                    limits.server().map(ConnectionLimits.QueriedServer::hidden).orElse(null),
                    limits.server().map(ConnectionLimits.QueriedServer::fleet).orElse(null),
                    limits.server()
                            .map(ConnectionLimits.QueriedServer::processes)
                            .orElse(null),
                    limits.maxConnections().pendingRestart(),
                    limits.maxConnections().configured().isPresent()
                            ? limits.maxConnections().configured().getAsInt()
                            : null,
                    limits.bounds().stream().map(BoundJson::of).toList(),
                    limits.room());
        }
    }

    /** One limit on the number of connections. */
    record BoundJson(String kind, int limit, int reserved, int othersNow, int otherFleets, int room) {
        static BoundJson of(ConnectionLimit bound) {
            return new BoundJson(
                    word(bound.kind()),
                    bound.limit(),
                    bound.reserved(),
                    bound.others(),
                    bound.otherFleets(),
                    bound.room());
        }
    }

    /** The same pools with another number of processes. */
    record ScaleJson(
            int workers,
            int pooledConnections,
            int monitorConnections,
            int totalConnections,
            int maxConnectionsNeeded,
            boolean fits) {
        static ScaleJson of(CapacityPlan plan) {
            return new ScaleJson(
                    plan.demand().workers(),
                    plan.demand().pooled(),
                    plan.demand().monitors(),
                    plan.demand().total(),
                    plan.maxConnectionsNeeded(),
                    plan.fits());
        }
    }

    static PlanJson of(CapacityPlan plan) {
        return new PlanJson(
                plan.fits(),
                plan.headroom(),
                plan.demand().workers(),
                plan.demand().poolSize(),
                plan.demand().maxOverflow(),
                plan.demand().pooled(),
                plan.demand().monitors(),
                plan.demand().total(),
                plan.maxConnectionsNeeded(),
                plan.maxWorkers(),
                ServerJson.of(plan.limits()),
                PlanFixes.toFit(plan),
                plan.scaling().stream().map(ScaleJson::of).toList());
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
