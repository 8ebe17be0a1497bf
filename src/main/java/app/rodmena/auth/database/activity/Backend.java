package app.rodmena.auth.database.activity;

import app.rodmena.auth.common.WireNamed;
import app.rodmena.auth.schema.Description;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A PostgreSQL backend, from pg_stat_activity. Times are ages by PostgreSQL's clock, which may differ from this
 * machine's; values that the role may not see are empty. Immutable.
 *
 * @param client the client's address; empty for a local socket
 * @param type the type of backend, for example {@code client backend} or {@code walsender}
 * @param waitEventType the type of the event it waits for, for example {@code Lock} or {@code Client}; empty if it does
 *     not wait
 * @param waitEvent the event it waits for, for example {@code relation} or {@code ClientRead}
 * @param queryFor time since its last statement began, which is still running if it is active
 * @param hidden whether the role may not see its activity
 * @param endable whether the role may cancel its statement and terminate its session
 */
@Description("One client backend of PostgreSQL")
public record Backend(
        @Description(key = true, value = "PID of the backend", unit = "pid")
        int pid,

        @Description("Its database") String database,

        @Description("Its login role") String user,

        @Description("Its application_name") String application,

        String client,
        String type,

        @Description(
                name = "whose",
                value = "Owner: pool, ours (this process, outside the pool), sibling (another instance) or other")
        BackendOwner owner,

        @Description("Its state, for example idle in transaction; empty if hidden from this role")
        String state,

        String waitEventType,
        String waitEvent,
        Optional<Duration> connectedFor,

        @Description(
                name = "transaction",
                value = "Age of its open transaction; 0 if there is none",
                wholeMillis = true)
        Optional<Duration> transactionFor,

        Optional<Duration> queryFor,

        @Description(name = "state", value = "Time in this state; 0 if unknown", wholeMillis = true)
        Optional<Duration> stateFor,

        @Description(
                "Its last statement with masked literals; empty for other applications' idle backends, or if hidden")
        String query,

        boolean hidden,
        boolean endable,
        boolean superuser,
        Optional<LockWait> lockWait) {

    /** Whether a statement is executing, waits inside PostgreSQL included. */
    public boolean isActive() {
        return state.equals("active") || state.equals("fastpath function call");
    }

    /** Whether a transaction is open, also a failed one, and no statement is executing. */
    public boolean isIdleInTransaction() {
        return state.startsWith("idle in transaction");
    }

    public boolean waitsForLock() {
        return waitEventType.equals("Lock");
    }

    @Description("Its wait event, for example Lock relation; empty if it does not wait")
    public String waitsFor() {
        return (waitEventType + " " + waitEvent).strip();
    }

    @Description("PIDs of the backends that block it; empty if there are none")
    public String blockedBy() {
        return lockWait.map(LockWait::blockedBy).orElse(List.of()).stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", "));
    }

    Backend waitingFor(LockWait lock) {
        return new Backend(
                pid,
                database,
                user,
                application,
                client,
                type,
                owner,
                state,
                waitEventType,
                waitEvent,
                connectedFor,
                transactionFor,
                queryFor,
                stateFor,
                query,
                hidden,
                endable,
                superuser,
                Optional.of(lock));
    }

    /** The owner of a backend's connection, by its application_name. */
    public enum BackendOwner implements WireNamed {
        /** The pool of this process. */
        POOL,
        /** This process, outside of its pool: the monitor connection, or one for migrations. */
        OURS,
        /** Another auth server, with another instance name. */
        SIBLING,
        /** Another client. */
        OTHER
    }
}
