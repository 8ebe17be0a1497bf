package app.rodmena.auth.pool;

import java.time.Duration;

/** When a connection is tested before it is handed out. */
public enum PrePing {
    /** At every checkout: one round trip each. */
    ALWAYS,
    /** Only if nobody used it for more than 500 ms. */
    IDLE,
    /** Never: a broken connection is found by whoever gets it. */
    OFF;

    private static final long IDLE_NANOS = Duration.ofMillis(500).toNanos();

    /** Is a connection to be tested that nobody used for so long? */
    boolean isDue(long idleNanos) {
        return switch (this) {
            case ALWAYS -> true;
            case IDLE -> idleNanos > IDLE_NANOS;
            case OFF -> false;
        };
    }
}
