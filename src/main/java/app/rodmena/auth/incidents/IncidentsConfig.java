package app.rodmena.auth.incidents;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What becomes an incident, where incidents are kept, and how far operators may go.
 *
 * @param directory where they are kept beyond the end of the process; empty for nowhere
 * @param longWait a caller that waits for a connection for longer is an incident
 * @param terminateOthers whether operators may terminate a backend that is not ours and blocks one that is
 */
public record IncidentsConfig(Optional<Path> directory, Duration longWait, boolean terminateOthers) {
    /** Kept in memory only. */
    public static final IncidentsConfig DEFAULT = new IncidentsConfig(Optional.empty(), Duration.ofSeconds(5), false);

    public IncidentsConfig {
        Objects.requireNonNull(directory, "incidents_dir");
        Objects.requireNonNull(longWait, "incident_wait");
        if (longWait.compareTo(Duration.ofMillis(1)) < 0 || longWait.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidIncidentsSetting("incident_wait", longWait.toMillis() + " ms", "must be 1ms to 1d");
        }
    }
}
