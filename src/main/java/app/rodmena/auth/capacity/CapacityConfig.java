package app.rodmena.auth.capacity;

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

    /** The rule of {@link #isWaitTarget}, for messages. */
    public static final String WAIT_TARGET_RULE = "must be 1ms to 1h";

    public CapacityConfig {
        Objects.requireNonNull(budget, "budget");
        if (!isWaitTarget(waitTarget)) {
            throw new IllegalArgumentException("wait_target: %s; %s".formatted(waitTarget, WAIT_TARGET_RULE));
        }
    }

    public static boolean isWaitTarget(Duration target) {
        return target.compareTo(Duration.ofMillis(1)) >= 0 && target.compareTo(Duration.ofHours(1)) <= 0;
    }
}
