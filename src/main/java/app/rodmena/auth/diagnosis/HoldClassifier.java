package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.LockWait;
import app.rodmena.auth.diagnosis.PlanWatch.StatementPlan;
import app.rodmena.auth.postgres.TransactionState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Classifies a connection in use by the observations of both sides. A pure function.
 *
 * <p>The two sides cannot be observed at the same instant. Therefore a state that changes between the views before and
 * after the query to PostgreSQL counts as work, and a lost connection needs two observations, 250 ms apart.
 *
 * @param slowQuery the running time from which a statement is slow
 * @param longQuiet the time in use without a statement from which a connection is held
 * @param leakThreshold that time from which it is a suspected leak
 * @param chains the lock waits of all backends; empty without PostgreSQL's view
 * @param waits what the statements wait for, by connection number
 * @param plans their plans, by connection number
 */
record HoldClassifier(
        Duration slowQuery,
        Duration longQuiet,
        Duration leakThreshold,
        Optional<Monitor.Outage> outage,
        Optional<BlockingChains> chains,
        Map<Integer, StatementWaits.Summary> waits,
        Map<Integer, StatementPlan> plans) {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration QUARTER = Duration.ofMillis(250);

    /** A shorter wait for a lock is normal. */
    private static final Duration LOCK_WAIT = Duration.ofMillis(100);

    /** While each side waits for the other for less time, the statement or its result may be in transit. */
    private static final Duration SILENCE = SECOND;

    /**
     * The verdict on a connection in use.
     *
     * @param because the verdict as a predicate, without its subject
     * @param evidence facts in addition to {@link ConnectionObservation#evidence}
     * @param blocker the session at the head of the chain of lock waits; empty without a lock wait
     * @param isSuspected whether a lost connection is suspected, which a second observation must confirm
     */
    record HoldClassification(
            Verdict verdict, String because, List<String> evidence, Optional<Blocker> blocker, boolean isSuspected) {
        HoldClassification(Verdict verdict, String because, List<String> evidence) {
            this(verdict, because, evidence, Optional.empty(), false);
        }

        HoldClassification(Verdict verdict, String because) {
            this(verdict, because, List.of());
        }
    }

    /** While callers wait for a connection, shorter statements are slow, and shorter pauses count. */
    static HoldClassifier of(Observation observed, DiagnosisConfig config) {
        boolean contended = observed.isContended();
        boolean stricter = contended && config.slowQuery().compareTo(SECOND) > 0;
        return new HoldClassifier(
                stricter ? SECOND : config.slowQuery(),
                contended ? QUARTER : SECOND,
                observed.after().settings().leakThreshold(),
                observed.outage(),
                observed.postgres()
                        .map(view -> new BlockingChains(view, observed.after().connections())),
                observed.waits(),
                observed.plans());
    }

    /** @param suspected whether the previous observation already suspected a lost connection */
    HoldClassification classify(ConnectionObservation observation, boolean suspected) {
        if (!observation.isSteady()) {
            return working("made progress during the observation");
        }
        if (!observation.postgresAnswered()) {
            return outage.isPresent() ? duringOutage(observation) : fromClientSide(observation);
        }
        if (!observation.isPidKnown()) {
            return fromClientSide(observation);
        }
        if (observation.backend().isEmpty()) {
            return withoutBackend(observation, suspected);
        }
        Backend backend = observation.backend().get();
        if (backend.isActive()) {
            return active(observation, backend, suspected);
        }
        if (backend.hidden() || backend.state().isEmpty() || backend.state().equals("disabled")) {
            return fromClientSide(observation);
        }
        if (observation.isReading()) {
            return bothSidesWait(observation, backend, suspected);
        }
        return observation.isQuiet() ? quiet(observation) : working("is between two statements");
    }

    private HoldClassification active(ConnectionObservation observation, Backend backend, boolean suspected) {
        Duration running = observation.runningFor();
        if (backend.waitsForLock()) {
            return waitsForLock(backend, running);
        }
        if (observation.isReading() && backend.waitEvent().equals("ClientWrite")) {
            return bothSidesWait(observation, backend, suspected);
        }
        StatementWaits.Summary waitsFor = waits.get(observation.after().id());
        return running(observation, running, waitsFor == null ? "" : waitsFor.describe());
    }

    private HoldClassification waitsForLock(Backend backend, Duration running) {
        if (running.compareTo(LOCK_WAIT) < 0) {
            return working("has just begun to wait for a lock");
        }
        Optional<Blocker> blocker = chains.flatMap(all -> all.of(backend));
        String lock = Formats.lock(backend.lockWait().map(LockWait::what).orElse(""));
        String because = "has waited %s for %s%s".formatted(Formats.time(running), lock, Blocker.heldBy(blocker));
        return new HoldClassification(Verdict.LOCK_WAIT, because, List.of(), blocker, false);
    }

    private HoldClassification running(ConnectionObservation observation, Duration running, String wait) {
        String because = "has run %s for %s%s"
                .formatted(Formats.statement(observation.after().lastSql()), Formats.time(running), wait);
        if (running.compareTo(slowQuery) < 0) {
            return working(because);
        }
        StatementPlan plan = plans.get(observation.after().id());
        if (plan == null) {
            return new HoldClassification(Verdict.SLOW_SQL, because);
        }
        String change = plan.change().isEmpty() ? "" : " (%s)".formatted(plan.change());
        return new HoldClassification(Verdict.SLOW_SQL, because + change, List.of("plan: " + plan.nodes()));
    }

    /** Needs confirmation: the notice of a backend that has just ended may be in transit. */
    private HoldClassification withoutBackend(ConnectionObservation observation, boolean suspected) {
        String waiting = observation.isReading()
                ? ", and has waited for its response for " + Formats.time(observation.runningFor())
                : "";
        String because = "uses a backend that no longer exists (pid %s)%s"
                .formatted(observation.after().backendPid(), waiting);
        return confirmed(Verdict.DEAD_BACKEND, because, suspected);
    }

    /** Each side waits for the other: the network lost the statement or its result. */
    private HoldClassification bothSidesWait(ConnectionObservation observation, Backend backend, boolean suspected) {
        Duration silence = backend.stateFor().orElse(Duration.ZERO);
        Duration waiting = observation.after().lastSqlAge().orElse(observation.heldFor());
        Duration silentFor = silence.compareTo(waiting) < 0 ? silence : waiting;
        if (silentFor.compareTo(SILENCE) < 0) {
            return working("waits for a response that may be in transit");
        }
        String because = "has waited %s for a response while PostgreSQL waits for the client"
                .formatted(Formats.time(observation.atMostHeldFor(silentFor)));
        return confirmed(Verdict.NETWORK, because, suspected);
    }

    private HoldClassification duringOutage(ConnectionObservation observation) {
        if (observation.isReading() && observation.runningFor().compareTo(SILENCE) >= 0) {
            return new HoldClassification(
                    Verdict.NETWORK,
                    "has waited %s for a response while PostgreSQL is unreachable"
                            .formatted(Formats.time(observation.runningFor())));
        }
        return fromClientSide(observation);
    }

    /** Classifies by the client side only. */
    private HoldClassification fromClientSide(ConnectionObservation observation) {
        if (observation.isReading()) {
            String poolerNote = observation.isPidKnown() ? "" : " (or waits for a server connection of the pooler)";
            return running(observation, observation.runningFor(), poolerNote);
        }
        if (observation.isQuiet()) {
            return quiet(observation);
        }
        return observation.after().transaction() == TransactionState.UNKNOWN
                ? new HoldClassification(Verdict.UNKNOWN, "is in use for an unknown reason")
                : working("is between two statements");
    }

    private HoldClassification quiet(ConnectionObservation observation) {
        Duration quiet = observation.quietFor();
        boolean inTransaction = observation.after().transaction() != TransactionState.IDLE
                || observation.backend().map(Backend::isIdleInTransaction).orElse(false);
        String open = inTransaction ? ", with an open transaction" : "";
        String where = StackFrames.ofApplication(observation.stacks().now())
                .map(frame -> ", in " + StackFrames.withoutPackage(frame))
                .orElse("");
        if (quiet.compareTo(leakThreshold) >= 0) {
            String because = "has been held for %s, the last %s without SQL%s%s"
                    .formatted(Formats.time(observation.heldFor()), Formats.time(quiet), open, where);
            return new HoldClassification(Verdict.LEAK, because);
        }
        if (quiet.compareTo(longQuiet) < 0) {
            return working("is between two statements");
        }
        return inTransaction
                ? new HoldClassification(
                        Verdict.IDLE_IN_TRANSACTION,
                        "has been idle in transaction for %s%s".formatted(Formats.time(quiet), where))
                : new HoldClassification(
                        Verdict.APP_HOLDING,
                        "has been held by the application without SQL for %s%s".formatted(Formats.time(quiet), where));
    }

    private static HoldClassification confirmed(Verdict verdict, String because, boolean suspected) {
        return suspected
                ? new HoldClassification(verdict, because, List.of("confirmed by an observation 250 ms earlier"))
                : new HoldClassification(
                        Verdict.WORKING, "needs a second observation", List.of(), Optional.empty(), true);
    }

    private static HoldClassification working(String because) {
        return new HoldClassification(Verdict.WORKING, because);
    }
}
