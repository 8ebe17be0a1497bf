package app.rodmena.auth.diagnosis;

import static app.rodmena.auth.common.InvalidSettingException.requireRange;

import java.time.Duration;

/**
 * The settings of the diagnosis. Immutable.
 *
 * @param interval the minimum pause between periodic diagnoses; a diagnosis on demand does not wait for it
 * @param slowQuery the running time from which a statement is slow, even if no caller waits for a connection
 */
public record DiagnosisConfig(Duration interval, Duration slowQuery) {
    public static final DiagnosisConfig DEFAULT = new DiagnosisConfig(Duration.ofSeconds(1), Duration.ofSeconds(5));

    public DiagnosisConfig {
        requireRange("diagnosis_interval", interval, Duration.ofMillis(100), Duration.ofHours(1));
        requireRange("slow_query", slowQuery, Duration.ofMillis(1), Duration.ofDays(1));
    }
}
