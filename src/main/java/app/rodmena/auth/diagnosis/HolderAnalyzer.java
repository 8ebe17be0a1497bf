package app.rodmena.auth.diagnosis;

import app.rodmena.auth.activity.Backend;
import app.rodmena.auth.activity.PostgresSnapshot;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.ConnectionView.Use;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Classifies every connection in use. A pure function of the observation and the earlier suspects. */
final class HolderAnalyzer {
    /** A backend younger than the connection, beyond this tolerance, is another process with the same pid. */
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    /** A use of a connection and the number of statements prepared so far: equal only if no progress was made. */
    record Suspect(int connectionId, long checkout, long statements) {
        static Suspect of(ConnectionView connection) {
            return new Suspect(connection.id(), connection.checkouts(), connection.statements());
        }
    }

    /**
     * The result of an analysis.
     *
     * @param holders the connections in use, the longest use first
     * @param suspects the uses with a suspected lost connection, which needs a second observation
     */
    record Judged(List<Holder> holders, Set<Suspect> suspects) {}

    private final Observation observed;
    private final HoldClassifier judge;

    private HolderAnalyzer(Observation observed, DiagnosisConfig config) {
        this.observed = observed;
        Optional<BlockingChains> culprits = observed.postgres()
                .map(view -> new BlockingChains(view, observed.after().connections()));
        this.judge = new HoldClassifier(
                Thresholds.of(config, observed.after().settings().leakThreshold(), observed.isWanted()),
                observed.outage(),
                backend -> culprits.flatMap(known -> known.of(backend)));
    }

    static Judged judge(Observation observed, DiagnosisConfig config, Set<Suspect> suspectedBefore) {
        return new HolderAnalyzer(observed, config).judgeAll(suspectedBefore);
    }

    private Judged judgeAll(Set<Suspect> suspectedBefore) {
        List<Holder> holders = new ArrayList<>();
        Set<Suspect> suspects = new HashSet<>();
        for (ConnectionView connection : observed.after().connections()) {
            if (connection.use().isPresent()) {
                ConnectionObservation seen =
                        sighting(connection, connection.use().get());
                Suspect asSuspect = Suspect.of(connection);
                HoldClassification judgement = judge.judge(seen, suspectedBefore.contains(asSuspect));
                if (judgement.unconfirmed().isPresent()) {
                    suspects.add(asSuspect);
                }
                holders.add(holder(seen, connection.use().get(), judgement));
            }
        }
        holders.sort(Comparator.comparing(Holder::heldFor).reversed());
        return new Judged(holders, suspects);
    }

    private ConnectionObservation sighting(ConnectionView after, Use use) {
        Duration heldFor = Duration.between(use.since(), observed.after().at());
        return new ConnectionObservation(
                observed.before().connection(after.id()).filter(before -> isSameUse(before, after)),
                after,
                heldFor.isNegative() ? Duration.ZERO : heldFor,
                observed.postgres().flatMap(view -> backend(view, after)),
                observed.postgres().isPresent(),
                observed.stacks().getOrDefault(after.id(), List.of()));
    }

    private static boolean isSameUse(ConnectionView before, ConnectionView after) {
        return before.use().isPresent() && before.checkouts() == after.checkouts();
    }

    private Optional<Backend> backend(PostgresSnapshot view, ConnectionView connection) {
        return view.backend(connection.backendPid()).filter(backend -> isOfSameAge(view, backend, connection));
    }

    private boolean isOfSameAge(PostgresSnapshot view, Backend backend, ConnectionView connection) {
        Duration sinceView = Duration.between(view.takenAt(), observed.after().at());
        Duration ageThen = connection.age().minus(sinceView).minus(TOLERANCE);
        return backend.connectedFor()
                .map(connected -> connected.compareTo(ageThen) >= 0)
                .orElse(true);
    }

    private Holder holder(ConnectionObservation seen, Use use, HoldClassification judgement) {
        ConnectionView connection = seen.after();
        return new Holder(
                connection.id(),
                connection.backendPid(),
                use.route(),
                use.tenant(),
                use.callers(),
                use.thread(),
                use.since(),
                seen.heldFor(),
                judgement.verdict(),
                judgement.because(),
                judgement.evidence(),
                judgement.culprit(),
                connection.lastSql(),
                connection.lastSqlAge(),
                connection.transaction(),
                seen.backend(),
                StackFrames.lines(seen.stack()),
                StackFrames.lines(observed.checkoutStacks().getOrDefault(connection.id(), List.of())),
                StackFrames.ofApplication(seen.stack()).orElse(""));
    }
}
