package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.Observation.CapturedStacks;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.ConnectionView.Use;
import app.rodmena.auth.postgres.TransactionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A connection in use, observed before and after the query to PostgreSQL. A state that is the same in both views also
 * held during the query, so that both sides can be compared without pausing either of them.
 *
 * @param before the view before the query; empty if the current use began later
 * @param heldFor the time in use, at {@code after}
 * @param backend PostgreSQL's view of its backend; empty if there is none
 * @param stacks the stacks of the thread that holds it, taken between the views; empty if none were taken
 */
record ConnectionObservation(
        Optional<ConnectionView> before,
        ConnectionView after,
        Duration heldFor,
        Optional<Backend> backend,
        boolean postgresAnswered,
        CapturedStacks stacks) {
    /** A backend younger than the connection, beyond this tolerance, is another process with the same pid. */
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    static ConnectionObservation of(Observation observed, ConnectionView after, Use use) {
        return new ConnectionObservation(
                observed.before()
                        .connection(after.id())
                        .filter(before -> before.use().isPresent() && before.checkouts() == after.checkouts()),
                after,
                use.heldFor(),
                observed.postgres()
                        .flatMap(view -> view.backend(after.backendPid())
                                .filter(backend -> isOfSameAge(backend, after, view, observed.after()))),
                observed.postgres().isPresent(),
                observed.stacks().getOrDefault(after.id(), CapturedStacks.NONE));
    }

    private static boolean isOfSameAge(
            Backend backend, ConnectionView connection, PostgresSnapshot view, PoolObservation after) {
        Duration sinceView = Duration.between(view.takenAt(), after.at());
        Duration ageThen = connection.age().minus(sinceView).minus(TOLERANCE);
        return backend.connectedFor()
                .map(connected -> connected.compareTo(ageThen) >= 0)
                .orElse(true);
    }

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
        return atMostHeldFor(
                backend.flatMap(Backend::stateFor).or(after::lastSqlAge).orElse(heldFor));
    }

    /** The running time of its statement, at most the time of the current use. */
    Duration runningFor() {
        return atMostHeldFor(backend.filter(Backend::isActive)
                .flatMap(Backend::queryFor)
                .or(after::lastSqlAge)
                .orElse(heldFor));
    }

    Duration atMostHeldFor(Duration time) {
        return time.compareTo(heldFor) < 0 ? time : heldFor;
    }

    private static boolean isAtRest(TransactionState state) {
        return switch (state) {
            case IDLE, IN_TRANSACTION, FAILED -> true;
            case ACTIVE, UNKNOWN -> false;
        };
    }

    /** The facts that both sides show, one sentence each. */
    List<String> evidence() {
        List<String> facts = new ArrayList<>();
        String prepared = after.lastSqlAge()
                .map(age -> "prepared %s %s ago".formatted(Formats.statement(after.lastSql()), Formats.time(age)))
                .orElse("no statement prepared yet");
        String state = after.transaction().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        facts.add("client: %s, %s".formatted(state, prepared));
        if (!isSteady()) {
            facts.add(
                    "client: the connection was returned, checked out or used for another statement during the query");
        }
        if (!postgresAnswered) {
            facts.add("PostgreSQL: no answer");
        } else if (!isPidKnown()) {
            facts.add("PostgreSQL: unknown, because a proxy hides the pid");
        } else {
            facts.add(backend.map(ConnectionObservation::evidence)
                    .orElse("PostgreSQL: no backend with pid %s".formatted(after.backendPid())));
        }
        return facts;
    }

    private static String evidence(Backend backend) {
        return "PostgreSQL: "
                + (backend.state().isEmpty() ? "state hidden" : backend.state())
                + backend.stateFor().map(time -> " for " + Formats.time(time)).orElse("")
                + (backend.waitEventType().isEmpty() ? "" : ", wait event " + backend.waitsFor())
                + backend.lockWait()
                        .map(wait -> ", blocked by " + wait.blockedBy())
                        .orElse("");
    }
}
