package app.rodmena.auth.database.activity;

import java.time.Duration;
import java.util.Optional;

/**
 * A PostgreSQL backend, from pg_stat_activity. Times are ages by PostgreSQL's clock, which may differ from this
 * machine's; values that the role may not see are empty. Immutable.
 *
 * @param pid its process id
 * @param database the database it is connected to
 * @param user the role it is logged in as
 * @param application its application_name
 * @param client the client's address; empty for a local socket
 * @param owner the owner of the connection
 * @param state its state, for example {@code active} or {@code idle in transaction}; empty if hidden
 * @param waitEventType the type of the event it waits for, for example {@code Lock} or {@code Client}; empty if it does
 *     not wait
 * @param waitEvent the event it waits for, for example {@code relation} or {@code ClientRead}
 * @param connectedFor time since it connected
 * @param transactionFor time since its transaction began; empty if none is open
 * @param queryFor time since its last statement began, which is still running if it is active
 * @param stateFor time since its state changed
 * @param query its last statement, with literals masked; empty for idle backends of other applications
 * @param hidden whether the role may not see its activity
 * @param endable whether the role may cancel its statement and terminate its session
 * @param lockWait the lock it waits for
 */
public record Backend(
        int pid,
        String database,
        String user,
        String application,
        String client,
        BackendOwner owner,
        String state,
        String waitEventType,
        String waitEvent,
        Optional<Duration> connectedFor,
        Optional<Duration> transactionFor,
        Optional<Duration> queryFor,
        Optional<Duration> stateFor,
        String query,
        boolean hidden,
        boolean endable,
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

    Backend waitingFor(LockWait lock) {
        return new Backend(
                pid,
                database,
                user,
                application,
                client,
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
                Optional.of(lock));
    }
}
