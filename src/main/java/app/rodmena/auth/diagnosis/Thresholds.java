package app.rodmena.auth.diagnosis;

import java.time.Duration;

/**
 * The durations from which a connection in use counts as trouble.
 *
 * @param slowQuery the running time of a statement
 * @param quiet the time in use without a statement
 * @param lock the wait for a lock
 * @param leak leak_threshold
 * @param silence the time during which each side waits for the other
 */
record Thresholds(Duration slowQuery, Duration quiet, Duration lock, Duration leak, Duration silence) {
    private static final Duration LOCK = Duration.ofMillis(100);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration QUARTER = Duration.ofMillis(250);

    /** @param contended whether callers wait for a connection, which lowers the limits */
    static Thresholds of(DiagnosisConfig config, Duration leakThreshold, boolean contended) {
        boolean stricter = contended && config.slowQuery().compareTo(SECOND) > 0;
        return new Thresholds(
                stricter ? SECOND : config.slowQuery(), contended ? QUARTER : SECOND, LOCK, leakThreshold, SECOND);
    }
}
