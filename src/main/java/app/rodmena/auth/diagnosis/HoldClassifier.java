package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.Backend;
import app.rodmena.auth.activity.LockWait;
import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.postgres.TransactionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Classifies a connection in use by the observations of both sides. A pure function.
 *
 * <p>The two sides cannot be observed at the same instant. Therefore a state that changes between the views before and
 * after the query to PostgreSQL counts as work, and a lost connection needs two observations, 250 ms apart.
 */
final class HoldClassifier {
    private final Thresholds thresholds;
    private final Optional<Monitor.Outage> outage;
    private final Function<Backend, Optional<Blocker>> culprits;

    /** @param culprits finds the session at the head of a backend's chain of lock waits */
    HoldClassifier(
            Thresholds thresholds, Optional<Monitor.Outage> outage, Function<Backend, Optional<Blocker>> culprits) {
        this.thresholds = thresholds;
        this.outage = outage;
        this.culprits = culprits;
    }

    /** @param suspected whether the previous observation already suspected a lost connection */
    HoldClassification judge(ConnectionObservation seen, boolean suspected) {
        List<String> evidence = evidence(seen);
        if (!seen.isSteady()) {
            return working("comes and goes", evidence);
        }
        if (!seen.asked()) {
            return outage.isPresent() ? duringOutage(seen, evidence) : fromOurSide(seen, evidence);
        }
        if (!seen.isPidKnown()) {
            return fromOurSide(seen, evidence);
        }
        if (seen.backend().isEmpty()) {
            return dead(seen, suspected, evidence);
        }
        Backend backend = seen.backend().get();
        if (backend.isActive()) {
            return active(seen, backend, suspected, evidence);
        }
        if (backend.hidden() || backend.state().isEmpty() || backend.state().equals("disabled")) {
            return fromOurSide(seen, evidence);
        }
        if (seen.isReading()) {
            return bothWait(seen, backend, suspected, evidence);
        }
        return seen.isQuiet() ? quiet(seen, evidence) : working("is between two statements", evidence);
    }

    private HoldClassification active(
            ConnectionObservation seen, Backend backend, boolean suspected, List<String> evidence) {
        Duration running = seen.runningFor();
        if (backend.waitsForLock()) {
            return waitsForLock(backend, running, evidence);
        }
        if (seen.isReading() && backend.waitEvent().equals("ClientWrite")) {
            return bothWait(seen, backend, suspected, evidence);
        }
        return running(seen, running, waitOf(backend), evidence);
    }

    private HoldClassification waitsForLock(Backend backend, Duration running, List<String> evidence) {
        if (running.compareTo(thresholds.lock()) < 0) {
            return working("has just begun to wait for a lock", evidence);
        }
        Optional<Blocker> culprit = culprits.apply(backend);
        String lock = Phrases.lock(backend.lockWait().map(LockWait::what).orElse(""));
        String because = "waits for %s%s, for %s"
                .formatted(
                        lock,
                        culprit.map(head -> " held by " + Phrases.culprit(head)).orElse(""),
                        Formats.time(running));
        return new HoldClassification(Verdict.LOCK_WAIT, because, evidence, culprit, Optional.empty());
    }

    private HoldClassification running(
            ConnectionObservation seen, Duration running, String wait, List<String> evidence) {
        String because =
                "runs %s for %s%s".formatted(Formats.statement(seen.after().lastSql()), Formats.time(running), wait);
        boolean slow = running.compareTo(thresholds.slowQuery()) >= 0;
        return slow ? verdict(Verdict.SLOW_SQL, because, evidence) : working(because, evidence);
    }

    /**
     * The backend does not exist. Needs confirmation: the notice of a backend that has just ended may be in transit.
     */
    private HoldClassification dead(ConnectionObservation seen, boolean suspected, List<String> evidence) {
        String because = "talks to a backend that is gone (pid %s)%s"
                .formatted(
                        seen.after().backendPid(),
                        seen.isReading() ? ", and waits for its answer for " + Formats.time(seen.runningFor()) : "");
        return confirmed(Verdict.DEAD_BACKEND, because, suspected, evidence);
    }

    /**
     * Each side waits for the other: the network lost the statement or its result. Healthy networks need milliseconds.
     */
    private HoldClassification bothWait(
            ConnectionObservation seen, Backend backend, boolean suspected, List<String> evidence) {
        Duration silence = backend.stateFor().orElse(Duration.ZERO);
        Duration waiting = seen.after().lastSqlAge().orElse(seen.heldFor());
        Duration both = silence.compareTo(waiting) < 0 ? silence : waiting;
        if (both.compareTo(thresholds.silence()) < 0) {
            return working("waits for an answer that is on its way", evidence);
        }
        String because = "waits for an answer for %s while PostgreSQL waits for us"
                .formatted(Formats.time(both.compareTo(seen.heldFor()) < 0 ? both : seen.heldFor()));
        return confirmed(Verdict.NETWORK, because, suspected, evidence);
    }

    private HoldClassification duringOutage(ConnectionObservation seen, List<String> evidence) {
        if (seen.isReading() && seen.runningFor().compareTo(thresholds.silence()) >= 0) {
            return verdict(
                    Verdict.NETWORK,
                    "waits for an answer for %s while PostgreSQL can't be reached"
                            .formatted(Formats.time(seen.runningFor())),
                    evidence);
        }
        return fromOurSide(seen, evidence);
    }

    /** Classifies by the client side only. */
    private HoldClassification fromOurSide(ConnectionObservation seen, List<String> evidence) {
        if (seen.isReading()) {
            String orQueued = seen.isPidKnown() ? "" : " (or waits for a server connection of the pooler)";
            return running(seen, seen.runningFor(), orQueued, evidence);
        }
        if (seen.isQuiet()) {
            return quiet(seen, evidence);
        }
        return seen.after().transaction() == TransactionState.UNKNOWN
                ? verdict(Verdict.UNKNOWN, "is out, and neither side tells what for", evidence)
                : working("is between two statements", evidence);
    }

    private HoldClassification quiet(ConnectionObservation seen, List<String> evidence) {
        Duration quiet = seen.quietFor();
        boolean inTransaction = seen.after().transaction() != TransactionState.IDLE
                || seen.backend().map(Backend::isIdleInTransaction).orElse(false);
        String open = inTransaction ? ", with a transaction open" : "";
        String where = StackFrames.ofApplication(seen.stack())
                .map(frame -> ", in " + StackFrames.withoutPackage(frame))
                .orElse("");
        if (quiet.compareTo(thresholds.leak()) >= 0) {
            String because = "was held for %s, the last %s without SQL%s%s"
                    .formatted(Formats.time(seen.heldFor()), Formats.time(quiet), open, where);
            return verdict(Verdict.LEAK, because, evidence);
        }
        if (quiet.compareTo(thresholds.quiet()) < 0) {
            return working("is between two statements", evidence);
        }
        return inTransaction
                ? verdict(
                        Verdict.IDLE_IN_TRANSACTION,
                        "has had a transaction open and run nothing for %s%s".formatted(Formats.time(quiet), where),
                        evidence)
                : verdict(
                        Verdict.APP_HOLDING,
                        "is held by the application, which has run nothing on it for %s%s"
                                .formatted(Formats.time(quiet), where),
                        evidence);
    }

    private static HoldClassification confirmed(
            Verdict verdict, String because, boolean suspected, List<String> evidence) {
        if (suspected) {
            evidence.add("it was so a quarter of a second earlier, too");
            return verdict(verdict, because, evidence);
        }
        return new HoldClassification(
                Verdict.WORKING, "may be in trouble", evidence, Optional.empty(), Optional.of(verdict));
    }

    private static HoldClassification working(String because, List<String> evidence) {
        return verdict(Verdict.WORKING, because, evidence);
    }

    private static HoldClassification verdict(Verdict verdict, String because, List<String> evidence) {
        return new HoldClassification(verdict, because, evidence, Optional.empty(), Optional.empty());
    }

    private static String waitOf(Backend backend) {
        return backend.waitEventType().isEmpty()
                ? ""
                : " (waits for %s %s)".formatted(backend.waitEventType(), backend.waitEvent());
    }

    private static List<String> evidence(ConnectionObservation seen) {
        List<String> facts = new ArrayList<>();
        ConnectionView after = seen.after();
        facts.add("our side: %s%s"
                .formatted(
                        after.transaction().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        after.lastSqlAge()
                                .map(age -> ", prepared %s %s ago"
                                        .formatted(Formats.statement(after.lastSql()), Formats.time(age)))
                                .orElse(", prepared nothing yet")));
        if (!seen.isSteady()) {
            facts.add("it came or went, or went on to another statement, while PostgreSQL was asked");
        }
        if (!seen.asked()) {
            facts.add("PostgreSQL's side: it did not answer");
        } else if (!seen.isPidKnown()) {
            facts.add("PostgreSQL's side: unknown, because a proxy hides the pid");
        } else {
            facts.add(seen.backend()
                    .map(HoldClassifier::evidence)
                    .orElse("PostgreSQL's side: it has no process %s".formatted(after.backendPid())));
        }
        return facts;
    }

    private static String evidence(Backend backend) {
        return "PostgreSQL's side: %s%s%s%s"
                .formatted(
                        backend.state().isEmpty() ? "state hidden" : backend.state(),
                        backend.stateFor()
                                .map(time -> " for " + Formats.time(time))
                                .orElse(""),
                        backend.waitEventType().isEmpty()
                                ? ""
                                : ", waits for %s %s".formatted(backend.waitEventType(), backend.waitEvent()),
                        backend.lockWait()
                                .map(wait -> ", blocked by " + wait.blockedBy())
                                .orElse(""));
    }
}
