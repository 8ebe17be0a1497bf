package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.Backend;
import app.rodmena.auth.postgres.TransactionState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A connection that is out, who has it, and why it is not back.
 *
 * @param connectionId its number, never used twice in a process
 * @param backendPid the pid of PostgreSQL's process behind it; 0 where it is unknown
 * @param route what it is used for
 * @param tenant the tenant's fingerprint; {@code -} where there is none
 * @param callers how many callers it works for: more than one where their questions are answered together
 * @param thread the thread that took it
 * @param since when it was taken
 * @param heldFor how long it has been out
 * @param verdict why it is out
 * @param because the verdict in a clause, with its numbers, to follow a subject
 * @param evidence what both sides were seen to do, a fact each
 * @param culprit who keeps it waiting for a lock
 * @param lastSql the last statement prepared on it, without values; empty if there was none
 * @param lastSqlFor how long ago that was; empty if there was none
 * @param transaction what it is at, seen from this side
 * @param backend what it is at, seen from PostgreSQL's side
 * @param stack where its thread is now; empty unless it has been out for a second
 * @param checkoutStack where its thread was when it took it; empty unless that was recorded, as it is for every
 *     hundredth checkout and for routes that have leaked before
 * @param applicationFrame the first line of the stack that is neither the pool's nor a library's; empty without one
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
