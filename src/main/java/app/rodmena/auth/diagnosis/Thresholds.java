package app.rodmena.auth.diagnosis;

import java.time.Duration;

/**
 * From when on what a connection does is too long.
 *
 * @param slowQuery a statement
 * @param quiet running nothing while it is out
 * @param lock waiting for a lock
 * @param leak leak_threshold
 * @param silence one side waiting for the other while that waits, too
 */
record Thresholds(Duration slowQuery, Duration quiet, Duration lock, Duration leak, Duration silence) {
    private static final Duration LOCK = Duration.ofMillis(100);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration QUARTER = Duration.ofMillis(250);

    /** @param wanted whether somebody waits for a connection: then less is too long */
    static Thresholds of(DiagnosisConfig config, Duration leakThreshold, boolean wanted) {
        boolean stricter = wanted && config.slowQuery().compareTo(SECOND) > 0;
        return new Thresholds(
                stricter ? SECOND : config.slowQuery(), wanted ? QUARTER : SECOND, LOCK, leakThreshold, SECOND);
    }
}
