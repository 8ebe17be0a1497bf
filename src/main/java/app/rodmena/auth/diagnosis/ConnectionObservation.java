package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.Backend;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.postgres.TransactionState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One connection that is out, as it was seen before and after PostgreSQL was asked: what is the same both times held
 * while PostgreSQL looked, too, so that the two sides can be compared although nobody was stopped.
 *
 * @param before how it was before; empty if it was not out yet, or for somebody else
 * @param after how it was afterwards
 * @param heldFor how long it was out then
 * @param backend what PostgreSQL said of its pid
 * @param asked whether PostgreSQL said anything at all
 * @param stack where its thread was in between; empty where that was not looked at
 */
record ConnectionObservation(
        Optional<ConnectionView> before,
        ConnectionView after,
        Duration heldFor,
        Optional<Backend> backend,
        boolean asked,
        List<StackTraceElement> stack) {

    /** The same use of the connection, in which nothing else was prepared meanwhile. */
    boolean isSteady() {
        return before.isPresent() && before.get().statements() == after.statements();
    }

    /** Whether our thread waited on the socket for the same answer, before and after. */
    boolean isReading() {
        return isSteady()
                && before.get().transaction() == TransactionState.ACTIVE
                && after.transaction() == TransactionState.ACTIVE;
    }

    /** Whether nothing of ours was under way, before and after. */
    boolean isQuiet() {
        return isSteady() && isAtRest(before.get().transaction()) && isAtRest(after.transaction());
    }

    boolean isPidKnown() {
        return after.backendPid() != 0;
    }

    /** How long nothing has been asked on it by whoever has it now. */
    Duration quietFor() {
        Duration quiet =
                backend.flatMap(Backend::stateFor).or(after::lastSqlAge).orElse(heldFor);
        return quiet.compareTo(heldFor) < 0 ? quiet : heldFor;
    }

    /** How long its statement has been running. */
    Duration runningFor() {
        Duration running = backend.filter(Backend::isActive)
                .flatMap(Backend::queryFor)
                .or(after::lastSqlAge)
                .orElse(heldFor);
        return running.compareTo(heldFor) < 0 ? running : heldFor;
    }

    private static boolean isAtRest(TransactionState state) {
        return switch (state) {
            case IDLE, IN_TRANSACTION, FAILED -> true;
            case ACTIVE, UNKNOWN -> false;
        };
    }
}
