package app.rodmena.auth.views;

import app.rodmena.auth.jmx.mapping.Description;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.schema.WireFormat;

@Description("One event of the pool")
public record EventRow(
        @Description("Kind of the event, for example checkout or leak_suspected")
        String kind,

        @Description("Time of the event, in UTC, for example 2026-11-23T15:34:52.118Z")
        String time,

        @Description(
                value = "Connection number, unique within the process; 0 if no connection is involved",
                unit = "number")
        int connection,

        @Description(value = "PID of the connection's PostgreSQL backend; 0 if unknown", unit = "pid")
        int backendPid,

        @Description(
                value = "Wait time for checkout, timeout and rejected; use time for checkin and leaks; connect time for"
                        + " connect; age of the connection for all others",
                unit = "milliseconds")
        double tookMillis,

        @Description("Thread of the event") String thread,

        @Description("Route of the caller; - for the pool's own work")
        String route,

        @Description("Fingerprint of the tenant; - if there is none")
        String tenant,

        @Description(
                value =
                        "Number of callers that the connection serves: more than 1 for a batch; 0 for the pool's own work",
                unit = "callers")
        int callers,

        @Description("Cause; empty if the kind implies it") String cause) {

    public static EventRow of(PoolEvent event) {
        return new EventRow(
                event.kind().wireName(),
                WireFormat.time(event.time()),
                event.connectionId(),
                event.backendPid(),
                WireFormat.millis(event.took()),
                event.thread(),
                event.caller().route(),
                event.caller().tenant().get(),
                event.caller().count(),
                event.cause());
    }
}
