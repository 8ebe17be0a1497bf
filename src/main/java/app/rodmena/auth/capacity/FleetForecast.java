package app.rodmena.auth.capacity;

import java.util.Objects;
import java.util.Optional;

/**
 * The forecast for another fleet, with the connection use of the last minute.
 *
 * @param demand the fleet; its poolSize is the maximum of a pool
 * @param requestsPerSecond load on all processes together
 * @param expected the predicted waits of each pool
 * @param saturation total checkouts per second that keep every connection busy
 * @param room connections that PostgreSQL allows the fleet; empty if unknown
 */
public record FleetForecast(
        ConnectionDemand demand,
        double requestsPerSecond,
        ExpectedWaits expected,
        double saturation,
        Optional<Integer> room) {
    public FleetForecast {
        Objects.requireNonNull(demand, "demand");
        Objects.requireNonNull(expected, "expected");
        Objects.requireNonNull(room, "room");
    }

    /** Whether PostgreSQL allows the connections; true if unknown. */
    public boolean fits() {
        return room.map(connections -> demand.total() <= connections).orElse(true);
    }
}
