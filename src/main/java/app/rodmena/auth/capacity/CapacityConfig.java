package app.rodmena.auth.capacity;

import java.time.Duration;
import java.util.Objects;

/**
 * What a process makes of its share of PostgreSQL's connections.
 *
 * @param budget what happens if all processes like this one may open more than PostgreSQL has
 * @param waitTarget the wait for a connection that 99 % should stay under; advice on the pool's size is for that
 */
public record CapacityConfig(Budget budget, Duration waitTarget) {
    public static final CapacityConfig DEFAULT = new CapacityConfig(Budget.WARN, Duration.ofMillis(10));

    /** What {@link #isWaitTarget} asks for. */
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
