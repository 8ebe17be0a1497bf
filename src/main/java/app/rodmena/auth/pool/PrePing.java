package app.rodmena.auth.pool;

import app.rodmena.auth.common.WireNamed;
import java.time.Duration;

/** When a connection is tested before it is handed out. */
public enum PrePing implements WireNamed {
    /** At every checkout: one round trip each. */
    ALWAYS,
    /** Only if it was idle for more than 500 ms, or another connection has broken since its last use. */
    IDLE,
    /** Never: the next caller of a broken connection gets its failure. */
    OFF;

    private static final long IDLE_NANOS = Duration.ofMillis(500).toNanos();

    /** Whether to test a connection that was idle for the given time, or may have broken together with another one. */
    boolean isDue(long idleNanos, boolean anotherBroke) {
        return switch (this) {
            case ALWAYS -> true;
            case IDLE -> anotherBroke || idleNanos > IDLE_NANOS;
            case OFF -> false;
        };
    }
}
