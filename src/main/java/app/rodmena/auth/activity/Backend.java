package app.rodmena.auth.activity;

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
 * @param whose whose it is
 * @param state what it does, as {@code active} or {@code idle in transaction}; empty if hidden
 * @param waitEventType what kind of thing it waits for, as {@code Lock} or {@code Client}; empty if for nothing
 * @param waitEvent what it waits for, as {@code relation} or {@code ClientRead}
 * @param connectedFor since it was connected
 * @param transactionFor since its transaction began; empty if none is open
 * @param queryFor since its last statement began, which runs on if it is active
 * @param stateFor since its state changed
 * @param query its last statement, with literals masked; left out where others are idle
 * @param hidden whether our role may not see what it does
 * @param endable whether our role may cancel its statement and end its session
 * @param lockWait what lock it waits for
 */
public record Backend(
        int pid,
        String database,
        String user,
        String application,
        String client,
        Whose whose,
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
                whose,
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
