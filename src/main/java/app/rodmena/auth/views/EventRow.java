package app.rodmena.auth.views;

import app.rodmena.auth.events.PoolEvent;
import app.rodmena.auth.mbean.Describe;

@Describe("One thing that happened in the pool")
public record EventRow(
        @Describe("What happened, as checkout or leak_suspected")
        String kind,

        @Describe("When, in UTC, as 2026-11-23T15:34:52.118Z")
        String time,

        @Describe(value = "Which connection, never used twice in a process; 0 where none is concerned", unit = "number")
        int connection,

        @Describe(value = "The process of PostgreSQL behind the connection; 0 where it is unknown", unit = "pid")
        int backendPid,

        @Describe(
                value = "Of a checkout, timeout or rejected the wait; of a checkin or leak the use; of a connect the"
                        + " connecting; of all others the connection's age",
                unit = "milliseconds")
        double tookMillis,

        @Describe("The thread it happened on") String thread,

        @Describe("What the connection was wanted for; - for the pool itself")
        String route,

        @Describe("Fingerprint of the tenant; - where there is none")
        String tenant,

        @Describe("Why; empty where the kind says it all") String cause) {

    public static EventRow of(PoolEvent event) {
        return new EventRow(
                event.kind().wireName(),
                Text.time(event.time()),
                event.connectionId(),
                event.backendPid(),
                Text.millis(event.took()),
                event.thread(),
                event.caller().route(),
                event.caller().tenant().get(),
                event.cause());
    }
}
