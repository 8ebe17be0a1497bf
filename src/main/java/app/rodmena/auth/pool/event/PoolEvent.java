package app.rodmena.auth.pool.event;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * An event of the pool. Immutable.
 *
 * <p>The order of events per connection is always connect … (checkout checkin)* … close: exactly one close per connect,
 * and no checkin without its checkout, also when connections break.
 *
 * @param kind the kind of event
 * @param time the time of the event
 * @param connectionId the connection's number, unique within the process; 0 if the event concerns no connection
 * @param backendPid the pid of the connection's PostgreSQL backend; 0 if unknown
 * @param took the duration that {@code kind} measures: the wait of a checkout, the use before a checkin, the connection
 *     setup of a connect; zero if the kind measures nothing
 * @param thread the name of the thread that caused the event
 * @param caller the caller that the event concerns; {@link CallContext#POOL} if the pool acted by itself
 * @param cause the cause as text; empty if the kind is sufficient
 * @param refusal the reason of {@link PoolEventKind#TIMEOUT} and {@link PoolEventKind#REJECTED}; empty for other kinds
 */
public record PoolEvent(
        PoolEventKind kind,
        Instant time,
        int connectionId,
        int backendPid,
        Duration took,
        String thread,
        CallContext caller,
        String cause,
        Optional<RefusalReason> refusal) {
    public PoolEvent {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(took, "took");
        Objects.requireNonNull(thread, "thread");
        Objects.requireNonNull(caller, "caller");
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(refusal, "refusal");
    }

    /** An event that is no refusal. */
    public PoolEvent(
            PoolEventKind kind,
            Instant time,
            int connectionId,
            int backendPid,
            Duration took,
            String thread,
            CallContext caller,
            String cause) {
        this(kind, time, connectionId, backendPid, took, thread, caller, cause, Optional.empty());
    }
}
