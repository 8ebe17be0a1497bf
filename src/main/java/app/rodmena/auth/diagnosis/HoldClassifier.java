package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.LockWait;
import app.rodmena.auth.diagnosis.PlanWatch.StatementPlan;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.postgres.TransactionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Classifies a connection in use by the observations of both sides. A pure function.
 *
 * <p>The two sides cannot be observed at the same instant. Therefore a state that changes between the views before and
 * after the query to PostgreSQL counts as work, and a lost connection needs two observations, 250 ms apart.
 *
 * @param chains the lock waits of all backends; empty without PostgreSQL's view
 * @param waits what the statements wait for, by connection number
 * @param plans their plans, by connection number
 */
record HoldClassifier(
        Thresholds thresholds,
        Optional<Monitor.Outage> outage,
        Optional<BlockingChains> chains,
        Map<Integer, StatementWaits.Summary> waits,
        Map<Integer, StatementPlan> plans) {
    /**
     * The verdict on a connection in use, with its evidence.
     *
     * @param because the verdict as a predicate, without its subject
     * @param evidence the observed facts
     * @param blocker the session at the head of the chain of lock waits; empty without a lock wait
     * @param isSuspected whether a lost connection is suspected, which a second observation must confirm
     */
    record HoldClassification(
            Verdict verdict, String because, List<String> evidence, Optional<Blocker> blocker, boolean isSuspected) {}

    /** @param suspected whether the previous observation already suspected a lost connection */
    HoldClassification classify(ConnectionObservation observation, boolean suspected) {
        List<String> evidence = evidence(observation);
        if (!observation.isSteady()) {
            return working("made progress during the observation", evidence);
        }
        if (!observation.postgresAnswered()) {
            return outage.isPresent() ? duringOutage(observation, evidence) : fromClientSide(observation, evidence);
        }
        if (!observation.isPidKnown()) {
            return fromClientSide(observation, evidence);
        }
        if (observation.backend().isEmpty()) {
            return withoutBackend(observation, suspected, evidence);
        }
        Backend backend = observation.backend().get();
        if (backend.isActive()) {
            return active(observation, backend, suspected, evidence);
        }
        if (backend.hidden() || backend.state().isEmpty() || backend.state().equals("disabled")) {
            return fromClientSide(observation, evidence);
        }
        if (observation.isReading()) {
            return bothSidesWait(observation, backend, suspected, evidence);
        }
        return observation.isQuiet() ? quiet(observation, evidence) : working("is between two statements", evidence);
    }

    private HoldClassification active(
            ConnectionObservation observation, Backend backend, boolean suspected, List<String> evidence) {
        Duration running = observation.runningFor();
        if (backend.waitsForLock()) {
            return waitsForLock(backend, running, evidence);
        }
        if (observation.isReading() && backend.waitEvent().equals("ClientWrite")) {
            return bothSidesWait(observation, backend, suspected, evidence);
        }
        StatementWaits.Summary waitsFor = waits.get(observation.after().id());
        String wait = waitsFor == null ? "" : waitsFor.describe();
        return running(observation, running, wait, evidence);
    }

    private HoldClassification waitsForLock(Backend backend, Duration running, List<String> evidence) {
        if (running.compareTo(thresholds.lock()) < 0) {
            return working("has just begun to wait for a lock", evidence);
        }
        Optional<Blocker> blocker = chains.flatMap(all -> all.of(backend));
        String lock = Formats.lock(backend.lockWait().map(LockWait::what).orElse(""));
        String because = "has waited %s for %s%s"
                .formatted(
                        Formats.time(running),
                        lock,
                        blocker.map(session -> " held by " + session.describe()).orElse(""));
        return new HoldClassification(Verdict.LOCK_WAIT, because, evidence, blocker, false);
    }

    private HoldClassification running(
            ConnectionObservation observation, Duration running, String wait, List<String> evidence) {
        String because = "has run %s for %s%s"
                .formatted(Formats.statement(observation.after().lastSql()), Formats.time(running), wait);
        boolean slow = running.compareTo(thresholds.slowQuery()) >= 0;
        if (!slow) {
            return working(because, evidence);
        }
        Optional<StatementPlan> plan =
                Optional.ofNullable(plans.get(observation.after().id()));
        plan.ifPresent(known -> evidence.add("plan: " + known.nodes()));
        String change = plan.map(StatementPlan::change)
                .filter(text -> !text.isEmpty())
                .map(" (%s)"::formatted)
                .orElse("");
        return verdict(Verdict.SLOW_SQL, because + change, evidence);
    }

    /**
     * The backend does not exist. Needs confirmation: the notice of a backend that has just ended may be in transit.
     */
    private HoldClassification withoutBackend(
            ConnectionObservation observation, boolean suspected, List<String> evidence) {
        String because = "uses a backend that no longer exists (pid %s)%s"
                .formatted(
                        observation.after().backendPid(),
                        observation.isReading()
                                ? ", and has waited for its response for " + Formats.time(observation.runningFor())
                                : "");
        return confirmed(Verdict.DEAD_BACKEND, because, suspected, evidence);
    }

    /**
     * Each side waits for the other: the network lost the statement or its result. Healthy networks need milliseconds.
     */
    private HoldClassification bothSidesWait(
            ConnectionObservation observation, Backend backend, boolean suspected, List<String> evidence) {
        Duration silence = backend.stateFor().orElse(Duration.ZERO);
        Duration waiting = observation.after().lastSqlAge().orElse(observation.heldFor());
        Duration silentFor = silence.compareTo(waiting) < 0 ? silence : waiting;
        if (silentFor.compareTo(thresholds.silence()) < 0) {
            return working("waits for a response that may be in transit", evidence);
        }
        String because = "has waited %s for a response while PostgreSQL waits for the client"
                .formatted(Formats.time(
                        silentFor.compareTo(observation.heldFor()) < 0 ? silentFor : observation.heldFor()));
        return confirmed(Verdict.NETWORK, because, suspected, evidence);
    }

    private HoldClassification duringOutage(ConnectionObservation observation, List<String> evidence) {
        if (observation.isReading() && observation.runningFor().compareTo(thresholds.silence()) >= 0) {
            return verdict(
                    Verdict.NETWORK,
                    "has waited %s for a response while PostgreSQL is unreachable"
                            .formatted(Formats.time(observation.runningFor())),
                    evidence);
        }
        return fromClientSide(observation, evidence);
    }

    /** Classifies by the client side only. */
    private HoldClassification fromClientSide(ConnectionObservation observation, List<String> evidence) {
        if (observation.isReading()) {
            String poolerNote = observation.isPidKnown() ? "" : " (or waits for a server connection of the pooler)";
            return running(observation, observation.runningFor(), poolerNote, evidence);
        }
        if (observation.isQuiet()) {
            return quiet(observation, evidence);
        }
        return observation.after().transaction() == TransactionState.UNKNOWN
                ? verdict(Verdict.UNKNOWN, "is in use for an unknown reason", evidence)
                : working("is between two statements", evidence);
    }

    private HoldClassification quiet(ConnectionObservation observation, List<String> evidence) {
        Duration quiet = observation.quietFor();
        boolean inTransaction = observation.after().transaction() != TransactionState.IDLE
                || observation.backend().map(Backend::isIdleInTransaction).orElse(false);
        String open = inTransaction ? ", with an open transaction" : "";
        String where = StackFrames.ofApplication(observation.stack())
                .map(frame -> ", in " + StackFrames.withoutPackage(frame))
                .orElse("");
        if (quiet.compareTo(thresholds.leak()) >= 0) {
            String because = "has been held for %s, the last %s without SQL%s%s"
                    .formatted(Formats.time(observation.heldFor()), Formats.time(quiet), open, where);
            return verdict(Verdict.LEAK, because, evidence);
        }
        if (quiet.compareTo(thresholds.quiet()) < 0) {
            return working("is between two statements", evidence);
        }
        return inTransaction
                ? verdict(
                        Verdict.IDLE_IN_TRANSACTION,
                        "has been idle in transaction for %s%s".formatted(Formats.time(quiet), where),
                        evidence)
                : verdict(
                        Verdict.APP_HOLDING,
                        "has been held by the application without SQL for %s%s".formatted(Formats.time(quiet), where),
                        evidence);
    }

    private static HoldClassification confirmed(
            Verdict verdict, String because, boolean suspected, List<String> evidence) {
        if (suspected) {
            evidence.add("confirmed by an observation 250 ms earlier");
            return verdict(verdict, because, evidence);
        }
        return new HoldClassification(Verdict.WORKING, "needs a second observation", evidence, Optional.empty(), true);
    }

    private static HoldClassification working(String because, List<String> evidence) {
        return verdict(Verdict.WORKING, because, evidence);
    }

    private static HoldClassification verdict(Verdict verdict, String because, List<String> evidence) {
        return new HoldClassification(verdict, because, evidence, Optional.empty(), false);
    }

    private static List<String> evidence(ConnectionObservation observation) {
        List<String> facts = new ArrayList<>();
        ConnectionView after = observation.after();
        facts.add("client: %s%s"
                .formatted(
                        after.transaction().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        after.lastSqlAge()
                                .map(age -> ", prepared %s %s ago"
                                        .formatted(Formats.statement(after.lastSql()), Formats.time(age)))
                                .orElse(", no statement prepared yet")));
        if (!observation.isSteady()) {
            facts.add(
                    "client: the connection was returned, checked out or used for another statement during the query");
        }
        if (!observation.postgresAnswered()) {
            facts.add("PostgreSQL: no answer");
        } else if (!observation.isPidKnown()) {
            facts.add("PostgreSQL: unknown, because a proxy hides the pid");
        } else {
            facts.add(observation
                    .backend()
                    .map(HoldClassifier::evidence)
                    .orElse("PostgreSQL: no backend with pid %s".formatted(after.backendPid())));
        }
        return facts;
    }

    private static String evidence(Backend backend) {
        return "PostgreSQL: %s%s%s%s"
                .formatted(
                        backend.state().isEmpty() ? "state hidden" : backend.state(),
                        backend.stateFor()
                                .map(time -> " for " + Formats.time(time))
                                .orElse(""),
                        backend.waitEventType().isEmpty()
                                ? ""
                                : ", wait event %s %s".formatted(backend.waitEventType(), backend.waitEvent()),
                        backend.lockWait()
                                .map(wait -> ", blocked by " + wait.blockedBy())
                                .orElse(""));
    }

    /**
     * The durations from which a connection in use counts as trouble.
     *
     * @param slowQuery the running time of a statement
     * @param quiet the time in use without a statement
     * @param lock the wait for a lock
     * @param leak leak_threshold
     * @param silence the time during which each side waits for the other
     */
    record Thresholds(Duration slowQuery, Duration quiet, Duration lock, Duration leak, Duration silence) {
        private static final Duration LOCK = Duration.ofMillis(100);
        private static final Duration SECOND = Duration.ofSeconds(1);
        private static final Duration QUARTER = Duration.ofMillis(250);

        /** @param contended whether callers wait for a connection, which lowers the limits */
        static Thresholds of(DiagnosisConfig config, Duration leakThreshold, boolean contended) {
            boolean stricter = contended && config.slowQuery().compareTo(SECOND) > 0;
            return new Thresholds(
                    stricter ? SECOND : config.slowQuery(), contended ? QUARTER : SECOND, LOCK, leakThreshold, SECOND);
        }
    }
}
