package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.postgres.TransactionState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A connection in use, its holder, and the reason why it has not been returned. Immutable.
 *
 * @param connectionId the connection's number, unique within the process
 * @param backendPid the pid of its PostgreSQL backend; 0 if unknown
 * @param route the operation that it is used for
 * @param tenant the tenant's fingerprint; {@code -} if there is none
 * @param callers the number of callers: more than one for a batch
 * @param thread the name of the thread that checked it out
 * @param since the time of the checkout
 * @param heldFor the time since the checkout
 * @param verdict why it is in use
 * @param because the verdict as a predicate, with its numbers and without its subject
 * @param evidence the observed facts of both sides
 * @param culprit the session at the head of the chain of lock waits; empty without a lock wait
 * @param lastSql the last statement prepared on it, without values; empty if there was none
 * @param lastSqlFor the time since it was prepared; empty if there was none
 * @param transaction the transaction state of the client side
 * @param backend PostgreSQL's view of its backend; empty if unknown
 * @param stack the current stack of the thread; empty unless the connection has been in use for 200 ms
 * @param checkoutStack the stack at the checkout; empty unless recorded, which every hundredth checkout is, and those
 *     of routes suspected of a leak before
 * @param applicationFrame the innermost frame of the application in {@code stack}; empty if there is none
 */
public record Holder(
        int connectionId,
        int backendPid,
        String route,
        String tenant,
        int callers,
        String thread,
        Instant since,
        Duration heldFor,
        Verdict verdict,
        String because,
        List<String> evidence,
        Optional<Blocker> culprit,
        String lastSql,
        Optional<Duration> lastSqlFor,
        TransactionState transaction,
        Optional<Backend> backend,
        List<String> stack,
        List<String> checkoutStack,
        String applicationFrame) {
    public Holder {
        evidence = List.copyOf(evidence);
        stack = List.copyOf(stack);
        checkoutStack = List.copyOf(checkoutStack);
    }
}
