package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.postgres.TransactionState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A connection in use, observed before and after the query to PostgreSQL. A state that is the same in both views also
 * held during the query, so that both sides can be compared without pausing either of them.
 *
 * @param before the view before the query; empty if the current use began later
 * @param after the view after the query
 * @param heldFor the time in use, at {@code after}
 * @param backend PostgreSQL's view of its backend; empty if there is none
 * @param postgresAnswered whether PostgreSQL answered the query
 * @param stack the stack of the thread that holds it, taken between the views; empty if none was taken
 */
record ConnectionObservation(
        Optional<ConnectionView> before,
        ConnectionView after,
        Duration heldFor,
        Optional<Backend> backend,
        boolean postgresAnswered,
        List<StackTraceElement> stack) {

    /** Whether both views show the same use of the connection and no statement was prepared in between. */
    boolean isSteady() {
        return before.isPresent() && before.get().statements() == after.statements();
    }

    /** Whether the same statement was active in both views: the thread waits on the socket for its result. */
    boolean isReading() {
        return isSteady()
                && before.get().transaction() == TransactionState.ACTIVE
                && after.transaction() == TransactionState.ACTIVE;
    }

    /** Whether no statement was active in either view. */
    boolean isQuiet() {
        return isSteady() && isAtRest(before.get().transaction()) && isAtRest(after.transaction());
    }

    boolean isPidKnown() {
        return after.backendPid() != 0;
    }

    /** The time without a statement in the current use. */
    Duration quietFor() {
        Duration quiet =
                backend.flatMap(Backend::stateFor).or(after::lastSqlAge).orElse(heldFor);
        return quiet.compareTo(heldFor) < 0 ? quiet : heldFor;
    }

    /** The running time of its statement, at most the time of the current use. */
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
