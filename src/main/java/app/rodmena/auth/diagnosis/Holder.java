package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.pool.event.RequestIds;
import app.rodmena.auth.postgres.TransactionState;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.Flatten;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A connection in use, its holder, and the reason why it has not been returned. Immutable.
 *
 * @param culprit the session at the head of the chain of lock waits; empty without a lock wait
 * @param lastSqlFor the time since {@code lastSql} was prepared; empty if there was none
 * @param transaction the transaction state of the client side
 * @param backend PostgreSQL's view of its backend; empty if unknown
 * @param waitEvent the most frequent wait of its statement, or CPU; empty if unknown
 * @param stack empty unless the connection has been in use for 200 ms
 * @param checkoutStack recorded for every hundredth checkout, and for those of routes suspected of a leak before
 */
@Description("One checked-out connection")
public record Holder(
        @Description(key = true, value = "Connection number, unique within the process", unit = "number")
        int connectionId,

        @Description(value = "PID of its PostgreSQL backend; 0 if unknown", unit = "pid")
        int backendPid,

        @Description("Route that uses it, for example GET /api/roles")
        String route,

        @Description("Fingerprint of the tenant; - if there is none")
        String tenant,

        @Description(value = "Number of callers that it serves", unit = "callers")
        int callers,

        @Flatten RequestIds ids,

        @Description("Thread that checked it out") String thread,

        Instant since,

        @Description(name = "held", value = "Time since its checkout", wholeMillis = true)
        Duration heldFor,

        @Description("Why it is checked out, for example LOCK_WAIT")
        Verdict verdict,

        @Description("Explanation of the verdict, with its numbers")
        String because,

        @Description(value = "Observations of the application and of PostgreSQL, one per line", joinLines = true)
        List<String> evidence,

        Optional<Blocker> culprit,

        @Description("Last statement prepared on it, without values; empty if there was none")
        String lastSql,

        Optional<Duration> lastSqlFor,
        TransactionState transaction,
        Optional<Backend> backend,
        String waitEvent,

        @Description(value = "Current stack of its thread, one frame per line; empty for short uses", joinLines = true)
        List<String> stack,

        @Description(
                value = "Stack at its checkout, one frame per line; empty if it was not recorded",
                joinLines = true)
        List<String> checkoutStack,

        @Description("Topmost frame of the application in its thread's stack; empty if unknown")
        String applicationFrame) {
    public Holder {
        evidence = List.copyOf(evidence);
        stack = List.copyOf(stack);
        checkoutStack = List.copyOf(checkoutStack);
    }

    @Description(value = "PID of the backend whose lock it waits for; 0 if there is none", unit = "pid")
    public int culpritPid() {
        return culprit.map(Blocker::pid).orElse(0);
    }
}
