package app.rodmena.auth.admin;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.operators.AuditLog;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.views.SettingsRow;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;

/** Changes by operators with the role control: the settings that can change at run time, and actions on the pool. */
final class PoolActions {
    private static final String DRY_RUN = "dryRun";

    private final DatabaseEngine engine;

    private record Settings(boolean dryRun, SettingsRow before, SettingsRow after) {}

    private record Action(String action, boolean dryRun, int connections) {}

    PoolActions(DatabaseEngine engine) {
        this.engine = engine;
    }

    void addTo(AdminRoutes pages) {
        pages.change("/settings", this::settings);
        action(pages, "softInvalidateAll", () -> engine.snapshot().totalConnections(), () -> {
            int connections = engine.snapshot().totalConnections();
            engine.softInvalidate();
            return connections;
        });
        action(pages, "evictIdle", () -> engine.snapshot().idle(), engine::evictIdle);
        action(pages, "suspend", () -> engine.snapshot().checkedOut(), () -> {
            engine.suspend();
            return engine.snapshot().checkedOut();
        });
        action(pages, "resume", () -> engine.snapshot().checkedOut(), () -> {
            engine.resume();
            return engine.snapshot().checkedOut();
        });
    }

    private Reply settings(AdminRequest asked) {
        JsonFields wanted = JsonFields.of(
                asked.body(),
                Set.of(
                        "poolSize",
                        "maxOverflow",
                        "poolTimeoutMillis",
                        "leakThresholdMillis",
                        "reclaimLeaksAfterMillis",
                        "slowStatementMillis",
                        "maxWaiting",
                        "batchSlots",
                        DRY_RUN));
        boolean dryRun = wanted.flag(DRY_RUN);
        if (dryRun) {
            PoolSettings now = engine.settings();
            PoolSettings then = engine.preview(settings -> changed(settings, wanted));
            return Reply.json(new Settings(true, SettingsRow.of(now), SettingsRow.of(then)));
        }
        PoolSettings before = engine.change(settings -> changed(settings, wanted));
        PoolSettings after = changed(before, wanted);
        AuditLog.changed(asked.caller(), "changed settings of the pool: " + wanted);
        return Reply.json(new Settings(false, SettingsRow.of(before), SettingsRow.of(after)));
    }

    private static PoolSettings changed(PoolSettings settings, JsonFields wanted) {
        Duration reclaim = millis(
                wanted, "reclaimLeaksAfterMillis", settings.reclaimLeaksAfter().orElse(Duration.ZERO));
        return settings.with(draft -> draft.size(
                        wanted.integer("poolSize").orElse(settings.poolSize()),
                        wanted.integer("maxOverflow").orElse(settings.maxOverflow()))
                .poolTimeout(millis(wanted, "poolTimeoutMillis", settings.poolTimeout()))
                .leakThreshold(millis(wanted, "leakThresholdMillis", settings.leakThreshold()))
                .reclaimLeaksAfter(reclaim.isZero() ? Optional.empty() : Optional.of(reclaim))
                .slowStatement(millis(wanted, "slowStatementMillis", settings.slowStatement()))
                .maxWaiting(wanted.integer("maxWaiting").orElse(settings.maxWaiting()))
                .batchSlots(wanted.integer("batchSlots").orElse(settings.batchSlots())));
    }

    private static Duration millis(JsonFields wanted, String name, Duration fallback) {
        var millis = wanted.whole(name);
        return millis.isPresent() ? Duration.ofMillis(millis.getAsLong()) : fallback;
    }

    /**
     * Adds an action.
     *
     * @param concerned returns the number of connections that the action would affect now
     * @param act runs the action and returns the number of connections affected
     */
    private static void action(AdminRoutes pages, String name, IntSupplier concerned, IntSupplier act) {
        pages.change("/actions/" + name, asked -> {
            boolean dryRun = JsonFields.of(asked.body(), Set.of(DRY_RUN)).flag(DRY_RUN);
            int connections = (dryRun ? concerned : act).getAsInt();
            if (!dryRun) {
                AuditLog.changed(
                        asked.caller(), "invoked %s, which concerned %s connections".formatted(name, connections));
            }
            return Reply.json(new Action(name, dryRun, connections));
        });
    }
}
