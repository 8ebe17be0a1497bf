package app.rodmena.auth.capacity;

import java.util.Objects;
import java.util.Optional;

/**
 * What to expect of another fleet, if a connection is used as in the last minute.
 *
 * @param demand the fleet; poolSize being all that a pool may open
 * @param requestsPerSecond to all of them together
 * @param expected of each of its pools
 * @param saturation checkouts per second, by all together, that keep every connection busy
 * @param room what PostgreSQL has for the fleet; empty if it could not be asked
 */
public record WhatIf(
        Demand demand, double requestsPerSecond, Expectation expected, double saturation, Optional<Integer> room) {
    public WhatIf {
        Objects.requireNonNull(demand, "demand");
        Objects.requireNonNull(expected, "expected");
        Objects.requireNonNull(room, "room");
    }

    /** Whether PostgreSQL has the connections, as far as is known. */
    public boolean fits() {
        return room.map(connections -> demand.total() <= connections).orElse(true);
    }
}
