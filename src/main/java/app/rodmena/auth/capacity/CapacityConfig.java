package app.rodmena.auth.capacity;

import static app.rodmena.auth.common.InvalidSettingException.requireRange;

import java.time.Duration;
import java.util.Objects;

/**
 * The settings of sizing advice and of the connection budget.
 *
 * @param waitTarget target p99 wait for a connection; used for sizing advice
 */
public record CapacityConfig(BudgetPolicy budget, Duration waitTarget) {
    public static final CapacityConfig DEFAULT = new CapacityConfig(BudgetPolicy.WARN, Duration.ofMillis(10));

    public CapacityConfig {
        Objects.requireNonNull(budget, "budget");
        requireRange("wait_target", waitTarget, Duration.ofMillis(1), Duration.ofHours(1));
    }
}
