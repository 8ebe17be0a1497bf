package app.rodmena.auth.pool;

import app.rodmena.auth.postgres.TransactionState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A view of one physical connection at the time of the call.
 *
 * @param id the connection's number, unique within the process
 * @param backendPid the pid of the connection's PostgreSQL backend; 0 if unknown
 * @param state the pool's state of the connection
 * @param age time since the connection was opened
 * @param checkouts number of checkouts
 * @param use the current use; empty if it is not checked out
 * @param lastSql the last prepared statement, with placeholders and without values; empty if there was none
 * @param lastSqlAge time since it was prepared; empty if there was none
 * @param statements number of statements prepared on the connection; if it is unchanged, so is {@code lastSql}
 * @param transaction the transaction state; {@link TransactionState#UNKNOWN} if unknown
 */
public record ConnectionView(
        int id,
        int backendPid,
        State state,
        Duration age,
        long checkouts,
        Optional<Use> use,
        String lastSql,
        Optional<Duration> lastSqlAge,
        long statements,
        TransactionState transaction) {

    /** The pool's state of a connection. */
    public enum State {
        IDLE,
        IN_USE,
        /** Will be closed, or is being closed. */
        CLOSING
    }

    /**
     * The current use of a connection.
     *
     * @param since the time of the checkout
     * @param thread the name of the thread that checked it out
     * @param route the operation it is used for
     * @param tenant the tenant's fingerprint; {@code -} if there is none, {@code several} for a batch of several
     *     tenants
     * @param callers number of callers: more than one for a batch
     * @param stacks the stack traces of the holder
     */
    public record Use(Instant since, String thread, String route, String tenant, int callers, Stacks stacks) {}

    /** Stack traces of the holder of a connection, captured on demand. */
    public interface Stacks {
        /**
         * The current stack of the thread that checked out the connection, innermost frame first. The thread may have
         * moved on to other work. Empty if it has ended. Pauses that thread for some microseconds.
         */
        List<StackTraceElement> now();

        /** The stack at the checkout; empty unless it was recorded. */
        List<StackTraceElement> atCheckout();
    }
}
