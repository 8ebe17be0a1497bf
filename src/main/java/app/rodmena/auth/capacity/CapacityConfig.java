package app.rodmena.auth.capacity;

import app.rodmena.auth.common.InvalidSettingException;
import java.time.Duration;
import java.util.Objects;

/**
 * The settings of sizing advice and of the connection budget.
 *
 * @param budget the policy if the fleet exceeds PostgreSQL's limit
 * @param waitTarget target p99 wait for a connection; used for sizing advice
 */
public record CapacityConfig(BudgetPolicy budget, Duration waitTarget) {
    public static final CapacityConfig DEFAULT = new CapacityConfig(BudgetPolicy.WARN, Duration.ofMillis(10));

    public CapacityConfig {
        Objects.requireNonNull(budget, "budget");
        InvalidSettingException.require(
                waitTarget.compareTo(Duration.ofMillis(1)) >= 0 && waitTarget.compareTo(Duration.ofHours(1)) <= 0,
                "wait_target",
                waitTarget,
                "must be 1ms to 1h");
    }
}
