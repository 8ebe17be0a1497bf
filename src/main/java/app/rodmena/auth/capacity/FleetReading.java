package app.rodmena.auth.capacity;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.util.Optional;

/**
 * The last reading of the fleet.
 *
 * @param fleet empty before the first successful reading
 */
@Description("The fleet as read from pg_stat_activity, a few seconds old; all numbers are 0 before the first reading")
public record FleetReading(
        @Description("Policy if the fleet exceeds its limit: warn, refuse or off")
        BudgetPolicy budget,

        @Description("Why the last reading failed; empty if it succeeded")
        String problem,

        @Flatten Optional<Fleet> fleet) {
    @Description("Whether PostgreSQL allows all connections that the processes are configured for")
    public boolean fits() {
        return fleet.map(Fleet::fits).orElse(true);
    }
}
