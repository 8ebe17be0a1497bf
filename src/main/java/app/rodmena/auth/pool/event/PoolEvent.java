package app.rodmena.auth.pool.event;

import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An event of the pool. Immutable.
 *
 * <p>The order of events per connection is always connect … (checkout checkin)* … close: exactly one close per connect,
 * and no checkin without its checkout, also when connections break.
 *
 * @param refusal the reason of {@link PoolEventKind#TIMEOUT} and {@link PoolEventKind#REJECTED}; empty for other kinds
 */
@Description("One event of the pool")
public record PoolEvent(
        @Description("Kind of the event, for example checkout or leak_suspected")
        PoolEventKind kind,

        @Description("Time of the event, in UTC, for example 2026-11-23T15:34:52.118Z")
        Instant time,

        @Description(
                name = "connection",
                value = "Connection number, unique within the process; 0 if no connection is involved",
                unit = "number")
        int connectionId,

        @Description(value = "PID of the connection's PostgreSQL backend; 0 if unknown", unit = "pid")
        int backendPid,

        @Description("Wait time for checkout, timeout and rejected; use time for checkin and leaks; connect time for"
                + " connect; age of the connection for all others")
        Duration took,

        @Description("Thread of the event") String thread,

        @Flatten CallContext caller,

        @Description("Cause; empty if the kind implies it") String cause,

        Optional<RefusalReason> refusal) {}
