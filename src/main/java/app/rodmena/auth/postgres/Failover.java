package app.rodmena.auth.postgres;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A change of the primary among the hosts of the database URL.
 *
 * @param from host and port of the connections before
 * @param to host and port of the connections since
 */
public record Failover(String from, String to, Instant at) {
    @Override
    public String toString() {
        return "failed over from %s to %s at %s".formatted(from, to, at.truncatedTo(ChronoUnit.SECONDS));
    }
}
