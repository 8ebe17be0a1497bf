package app.rodmena.auth.pool;

import app.rodmena.auth.pool.event.RequestIds;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.time.Duration;
import java.time.Instant;

@Description("One caller waiting for a connection")
public record WaiterView(
        @Description("Route of the caller, for example GET /api/roles")
        String route,

        @Description("Fingerprint of the tenant; - if there is none")
        String tenant,

        @Flatten RequestIds ids,

        @Description("Start of its wait, in UTC, for example 2026-11-23T15:34:52.118Z")
        Instant since,

        @Description("Deadline: when it is refused if no connection becomes free, in UTC")
        Instant deadline,

        @Description("Connection use that fair queuing counts before this caller; the smallest is admitted next")
        Duration tag) {}
