package app.rodmena.auth.diagnosis;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.TableKey;
import java.time.Duration;
import java.time.Instant;

/**
 * The callers that wait for a connection for the same operation.
 *
 * @param since the arrival of the caller that has waited longest
 */
@Description("Callers of one route waiting for a connection")
public record WaiterGroup(
        @TableKey @Description("Route of the callers, for example GET /api/roles")
        String route,

        @Description(value = "Number of callers", unit = "callers")
        int count,

        Instant since,

        @Description(value = "Longest current wait among them", unit = "milliseconds", wholeMillis = true)
        Duration longest,

        @Description("Id of the request that has waited longest; empty if it has none")
        String requestId) {}
