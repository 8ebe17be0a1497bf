package app.rodmena.auth.pool;

import app.rodmena.auth.common.WireNamed;
import java.time.Duration;

/** When a connection is tested before it is handed out. */
public enum PrePing implements WireNamed {
    /** At every checkout: one round trip each. */
    ALWAYS,
    /** Only if it was idle for more than 500 ms. */
    IDLE,
    /** Never: the next caller of a broken connection gets its failure. */
    OFF;

    private static final long IDLE_NANOS = Duration.ofMillis(500).toNanos();

    /** Whether to test a connection that was idle for the given time. */
    boolean isDue(long idleNanos) {
        return switch (this) {
            case ALWAYS -> true;
            case IDLE -> idleNanos > IDLE_NANOS;
            case OFF -> false;
        };
    }
}
