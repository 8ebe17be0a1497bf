package app.rodmena.auth.pool;

import app.rodmena.auth.common.WireNamed;
import app.rodmena.auth.pool.event.RequestIds;
import app.rodmena.auth.postgres.TransactionState;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A view of one physical connection at the time of the call.
 *
 * @param use the current use; empty if it is not checked out
 * @param lastSqlAge time since {@code lastSql} was prepared; empty if there was none
 * @param statements number of statements prepared on the connection; if it is unchanged, so is {@code lastSql}
 */
@Description("One physical connection")
public record ConnectionView(
        @Description(key = true, value = "Connection number, unique within the process", unit = "number")
        int id,

        @Description(value = "PID of its PostgreSQL backend; 0 if unknown", unit = "pid")
        int backendPid,

        @Description("idle, in_use or closing") State state,

        @Description(value = "Time since it was opened", wholeMillis = true)
        Duration age,

        @Description(value = "Number of its checkouts", unit = "checkouts")
        long checkouts,

        @Flatten Optional<Use> use,

        @Description("Last statement prepared on it, without values; empty if there was none")
        String lastSql,

        Optional<Duration> lastSqlAge,
        long statements,

        @Description("idle, active, in_transaction, failed or unknown")
        TransactionState transaction) {

    public enum State implements WireNamed {
        IDLE,
        IN_USE,
        /** Will be closed, or is being closed. */
        CLOSING
    }

    public record Use(
            @Description(
                    name = "inUseSince",
                    value = "Time of its checkout, in UTC, for example 2026-11-23T15:34:52.118Z; empty while not in"
                            + " use")
            Instant since,

            @Description(name = "inUse", value = "Time since its checkout; 0 while not in use", wholeMillis = true)
            Duration heldFor,

            @Description("Thread that checked it out; empty while not in use")
            String thread,

            @Description("Route that uses it, for example GET /api/roles; empty while not in use")
            String route,

            @Description("Fingerprint of the tenant; - if there is none, several for a batch of several tenants, empty"
                    + " while not in use")
            String tenant,

            @Description(value = "Number of callers that it serves: more than one for a batch", unit = "callers")
            int callers,

            @Flatten RequestIds ids,

            Stacks stacks) {}

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
