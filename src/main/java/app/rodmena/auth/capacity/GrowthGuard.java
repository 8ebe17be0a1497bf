package app.rodmena.auth.capacity;

import app.rodmena.auth.capacity.FleetQueries.AdmissionDecision;
import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.database.ResizeGuard;
import app.rodmena.auth.pool.PoolSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses growth of a pool beyond PostgreSQL's limit for the fleet. Allows it with a warning if the limit cannot be
 * read.
 */
final class GrowthGuard implements ResizeGuard {
    private static final Logger LOG = LoggerFactory.getLogger("auth.capacity");

    private final FleetQueries queries;

    GrowthGuard(FleetQueries queries) {
        this.queries = queries;
    }

    @Override
    public void check(PoolSettings now, PoolSettings requested, boolean isPreview) {
        int growth = requested.maximum() - now.maximum();
        if (growth <= 0) {
            return;
        }
        try {
            AdmissionDecision decision = queries.decideGrowth(growth, requested, isPreview);
            if (!decision.fits()) {
                throw refusal(now, requested, decision.fleet());
            }
        } catch (FleetUnavailableException e) {
            LOG.warn("The pool grows by {} connections without a budget check: {}", growth, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("The pool grows by {} connections without a budget check: interrupted", growth);
        }
    }

    private static InvalidSettingException refusal(PoolSettings now, PoolSettings requested, Fleet fleet) {
        String reason = "would be %s connections more, of which the fleet has %s left: %s"
                .formatted(requested.maximum() - now.maximum(), Math.max(0, fleet.headroom()), fleet.toText());
        return requested.poolSize() > now.poolSize()
                ? new InvalidSettingException("pool_size", requested.poolSize(), reason)
                : new InvalidSettingException("max_overflow", requested.maxOverflow(), reason);
    }
}
