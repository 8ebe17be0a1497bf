package app.rodmena.auth.admin;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.http.JsonFields;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.security.AuditLog;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;

/** Changes by operators with the role control: the settings that can change at run time, and actions on the pool. */
record PoolActions(DatabaseEngine engine) {
    private static final String DRY_RUN = "dryRun";

    private record Settings(boolean dryRun, PoolSettings before, PoolSettings after) {}

    private record Action(String action, boolean dryRun, int connections) {}

    void addTo(AdminRoutes routes) {
        routes.change("/settings", this::changeSettings);
        addActionOn(routes, "softInvalidateAll", PoolSnapshot::totalConnections, engine.pool()::softInvalidate);
        addAction(routes, "evictIdle", () -> engine.pool().snapshot().idle(), engine.pool()::evictIdle);
        addActionOn(routes, "suspend", PoolSnapshot::checkedOut, engine.pool()::suspend);
        addActionOn(routes, "resume", PoolSnapshot::checkedOut, engine.pool()::resume);
    }

    private Response changeSettings(AdminRequest request) {
        JsonFields fields = request.fields(Set.of(
                "poolSize",
                "maxOverflow",
                "poolTimeoutMillis",
                "leakThresholdMillis",
                "reclaimLeaksAfterMillis",
                "slowStatementMillis",
                "maxWaiting",
                "batchSlots",
                DRY_RUN));
        boolean dryRun = fields.flag(DRY_RUN);
        if (dryRun) {
            PoolSettings current = engine.pool().settings();
            PoolSettings preview = engine.preview(settings -> withChanges(settings, fields));
            return AdminJson.response(new Settings(true, current, preview));
        }
        PoolSettings before = engine.change(settings -> withChanges(settings, fields));
        PoolSettings after = withChanges(before, fields);
        AuditLog.changed(request.session(), "changed settings of the pool: " + fields);
        return AdminJson.response(new Settings(false, before, after));
    }

    private static PoolSettings withChanges(PoolSettings settings, JsonFields fields) {
        Duration reclaim = millis(
                fields, "reclaimLeaksAfterMillis", settings.reclaimLeaksAfter().orElse(Duration.ZERO));
        return settings.with(draft -> {
            draft.poolSize = fields.integer("poolSize").orElse(draft.poolSize);
            draft.maxOverflow = fields.integer("maxOverflow").orElse(draft.maxOverflow);
            draft.poolTimeout = millis(fields, "poolTimeoutMillis", draft.poolTimeout);
            draft.leakThreshold = millis(fields, "leakThresholdMillis", draft.leakThreshold);
            draft.reclaimLeaksAfter = reclaim.isZero() ? Optional.empty() : Optional.of(reclaim);
            draft.slowStatement = millis(fields, "slowStatementMillis", draft.slowStatement);
            draft.maxWaiting = fields.integer("maxWaiting").orElse(draft.maxWaiting);
            draft.batchSlots = fields.integer("batchSlots").orElse(draft.batchSlots);
        });
    }

    private static Duration millis(JsonFields fields, String name, Duration fallback) {
        var millis = fields.longInteger(name);
        return millis.isPresent() ? Duration.ofMillis(millis.getAsLong()) : fallback;
    }

    /** Adds an action that affects a part of the connections; the part is counted before. */
    private void addActionOn(AdminRoutes routes, String name, ToIntFunction<PoolSnapshot> affected, Runnable act) {
        IntSupplier count = () -> affected.applyAsInt(engine.pool().snapshot());
        addAction(routes, name, count, () -> {
            int connections = count.getAsInt();
            act.run();
            return connections;
        });
    }

    /**
     * Adds an action.
     *
     * @param countAffected returns the number of connections that the action would affect now
     * @param act runs the action and returns the number of connections affected
     */
    private static void addAction(AdminRoutes routes, String name, IntSupplier countAffected, IntSupplier act) {
        routes.change("/actions/" + name, request -> {
            boolean dryRun = request.fields(Set.of(DRY_RUN)).flag(DRY_RUN);
            int connections = (dryRun ? countAffected : act).getAsInt();
            if (!dryRun) {
                AuditLog.changed(
                        request.session(), "invoked %s, which affected %s connections".formatted(name, connections));
            }
            return AdminJson.response(new Action(name, dryRun, connections));
        });
    }
}
