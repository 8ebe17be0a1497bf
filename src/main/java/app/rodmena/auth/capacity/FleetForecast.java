package app.rodmena.auth.capacity;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.util.Optional;

/**
 * The forecast for another fleet, with the connection use of the last minute.
 *
 * @param demand the fleet; its poolSize is the maximum of a pool
 * @param requestsPerSecond load on all processes together
 */
@Description("Forecast for another fleet, with the connection use of the last minute")
public record FleetForecast(
        ConnectionDemand demand,
        double requestsPerSecond,
        @Flatten ExpectedWaits expected,

        @Description(value = "Load that keeps every connection of the fleet busy", unit = "checkouts per second")
        double saturation,

        @Description(
                value = "Connections that PostgreSQL allows the fleet; -1 if unknown",
                unit = "connections",
                absent = -1)
        Optional<Integer> room) {
    @Description(value = "Maximum of the fleet's connections, monitoring connections included", unit = "connections")
    public int connections() {
        return demand.total();
    }

    @Description("Whether PostgreSQL allows that many; true if unknown")
    public boolean fits() {
        return room.map(connections -> demand.total() <= connections).orElse(true);
    }
}
