package app.rodmena.auth.diagnosis.incident;

import static app.rodmena.auth.common.InvalidSettingException.require;
import static app.rodmena.auth.common.InvalidSettingException.requireRange;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The settings of incidents and of the actions of operators. Immutable.
 *
 * @param directory the directory of the incident files; empty to keep incidents in memory only
 * @param longWait the wait for a connection, and the time in use of a stuck one, beyond which there is an incident
 * @param terminateOthers whether operators may terminate a backend of another client that blocks a backend of the pool
 * @param recording whether a recording of the Flight Recorder is kept beside each incident; requires a directory
 */
public record IncidentsConfig(Optional<Path> directory, Duration longWait, boolean terminateOthers, boolean recording) {
    /** Keeps incidents in memory only. */
    public static final IncidentsConfig DEFAULT =
            new IncidentsConfig(Optional.empty(), Duration.ofSeconds(5), false, false);

    public IncidentsConfig {
        Objects.requireNonNull(directory, "incidents_dir");
        requireRange("incident_wait", longWait, Duration.ofMillis(1), Duration.ofDays(1));
        require(!recording || directory.isPresent(), "incident_recording", true, "requires --incidents-dir");
    }
}
