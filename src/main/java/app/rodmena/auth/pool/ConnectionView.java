package app.rodmena.auth.pool;

import app.rodmena.auth.postgres.TransactionState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One physical connection, as it is when somebody asks.
 *
 * @param id the connection's number, never used twice in a process
 * @param backendPid the pid of PostgreSQL's process behind it; 0 where it is unknown
 * @param state what the pool does with it
 * @param age since it was opened
 * @param checkouts how often it was checked out
 * @param use who has it; empty while nobody does
 * @param lastSql the last statement prepared on it, with placeholders and without values; empty if there was none
 * @param lastSqlAge since it was prepared; empty if there was none
 * @param statements how many were prepared on it: while that stays the same, so does the last one
 * @param transaction what it is at; {@link TransactionState#UNKNOWN} where that can't be known
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

    /** What the pool does with a connection. */
    public enum State {
        IDLE,
        IN_USE,
        /** About to be closed, or being closed. */
        CLOSING
    }

    /**
     * Who has a connection.
     *
     * @param since when it was checked out
     * @param thread the name of the thread that did
     * @param route what it is used for
     * @param tenant the tenant's fingerprint; {@code -} where there is none, {@code several} where there are more
     * @param callers how many callers it works for: more than one where their questions are answered together
     * @param stacks where it is in the code
     */
    public record Use(Instant since, String thread, String route, String tenant, int callers, Stacks stacks) {}

    /** Where whoever has a connection is in the code; found out only when asked. */
    public interface Stacks {
        /**
         * Where the thread is now that took the connection, innermost first; it may be at something else already. Empty
         * if it has ended. Stops that thread for some microseconds.
         */
        List<StackTraceElement> now();

        /** Where that thread was when it took it; empty unless that was recorded. */
        List<StackTraceElement> atCheckout();
    }
}
