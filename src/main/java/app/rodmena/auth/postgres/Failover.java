package app.rodmena.auth.postgres;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A change of the primary among the hosts of the database URL, as seen by new connections.
 *
 * @param from host and port of the previous connections
 * @param to host and port of the new one
 */
public record Failover(String from, String to, Instant at) {
    @Override
    public String toString() {
        return "failed over from %s to %s at %s".formatted(from, to, at.truncatedTo(ChronoUnit.SECONDS));
    }
}
