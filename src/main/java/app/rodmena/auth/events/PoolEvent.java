package app.rodmena.auth.events;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * One thing that happened in the pool.
 *
 * <p>For each connection the order is always connect … (checkout checkin)* … close, with exactly one close for each
 * connect and no checkin without its checkout, whatever breaks.
 *
 * @param kind what happened
 * @param time when
 * @param connectionId the connection's number, never used twice in a process; 0 where no connection is concerned
 * @param backendPid the pid of PostgreSQL's process behind the connection; 0 where it is unknown
 * @param took what {@code kind} measures: of a checkout the wait, of a checkin the use, of a connect the connecting;
 *     zero where there is nothing to measure
 * @param thread the name of the thread it happened on
 * @param caller on whose behalf; {@link Caller#NOBODY} where the pool acted by itself
 * @param cause why; empty where the kind says it all
 */
public record PoolEvent(
        PoolEventKind kind,
        Instant time,
        int connectionId,
        int backendPid,
        Duration took,
        String thread,
        Caller caller,
        String cause) {
    public PoolEvent {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(took, "took");
        Objects.requireNonNull(thread, "thread");
        Objects.requireNonNull(caller, "caller");
        Objects.requireNonNull(cause, "cause");
    }
}
