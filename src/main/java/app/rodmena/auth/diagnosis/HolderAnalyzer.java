package app.rodmena.auth.diagnosis;

import app.rodmena.auth.database.activity.Backend;
import app.rodmena.auth.database.activity.PostgresSnapshot;
import app.rodmena.auth.diagnosis.HoldClassifier.HoldClassification;
import app.rodmena.auth.diagnosis.HoldClassifier.Thresholds;
import app.rodmena.auth.diagnosis.StatementWaits.Statement;
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

    /**
     * The result of an analysis.
     *
     * @param holders the connections in use, the longest use first
     * @param suspects the uses with a suspected lost connection, which needs a second observation
     */
    record AnalyzedHolders(List<Holder> holders, Set<Statement> suspects) {}

    private final Observation observation;
    private final HoldClassifier classifier;

    private HolderAnalyzer(Observation observed, DiagnosisConfig config) {
        this.observation = observed;
        this.classifier = new HoldClassifier(
                Thresholds.of(config, observed.after().settings().leakThreshold(), observed.isContended()),
                observed.outage(),
                observed.postgres()
                        .map(view -> new BlockingChains(view, observed.after().connections())),
                observed.waits(),
                observed.plans());
    }

    static AnalyzedHolders analyze(Observation observed, DiagnosisConfig config, Set<Statement> suspectedBefore) {
        return new HolderAnalyzer(observed, config).analyzeAll(suspectedBefore);
    }

    private AnalyzedHolders analyzeAll(Set<Statement> suspectedBefore) {
        List<Holder> holders = new ArrayList<>();
        Set<Statement> suspects = new HashSet<>();
        for (ConnectionView connection : observation.after().connections()) {
            if (connection.use().isPresent()) {
                ConnectionObservation observedConnection =
                        observe(connection, connection.use().get());
                Statement statement = Statement.of(connection);
                HoldClassification classification =
                        classifier.classify(observedConnection, suspectedBefore.contains(statement));
                if (classification.isSuspected()) {
                    suspects.add(statement);
                }
                holders.add(holder(observedConnection, connection.use().get(), classification));
            }
        }
        holders.sort(Comparator.comparing(Holder::heldFor).reversed());
        return new AnalyzedHolders(holders, suspects);
    }

    private ConnectionObservation observe(ConnectionView after, Use use) {
        Duration heldFor = Duration.between(use.since(), observation.after().at());
        return new ConnectionObservation(
                observation.before().connection(after.id()).filter(before -> isSameUse(before, after)),
                after,
                heldFor.isNegative() ? Duration.ZERO : heldFor,
                observation.postgres().flatMap(view -> backend(view, after)),
                observation.postgres().isPresent(),
                observation.stacks().getOrDefault(after.id(), List.of()));
    }

    private static boolean isSameUse(ConnectionView before, ConnectionView after) {
        return before.use().isPresent() && before.checkouts() == after.checkouts();
    }

    private Optional<Backend> backend(PostgresSnapshot view, ConnectionView connection) {
        return view.backend(connection.backendPid()).filter(backend -> isOfSameAge(view, backend, connection));
    }

    private boolean isOfSameAge(PostgresSnapshot view, Backend backend, ConnectionView connection) {
        Duration sinceView =
                Duration.between(view.takenAt(), observation.after().at());
        Duration ageThen = connection.age().minus(sinceView).minus(TOLERANCE);
        return backend.connectedFor()
                .map(connected -> connected.compareTo(ageThen) >= 0)
                .orElse(true);
    }

    private Holder holder(ConnectionObservation observedConnection, Use use, HoldClassification classification) {
        ConnectionView connection = observedConnection.after();
        return new Holder(
                connection.id(),
                connection.backendPid(),
                use.route(),
                use.tenant(),
                use.callers(),
                use.ids(),
                use.thread(),
                use.since(),
                observedConnection.heldFor(),
                classification.verdict(),
                classification.because(),
                classification.evidence(),
                classification.blocker(),
                connection.lastSql(),
                connection.lastSqlAge(),
                connection.transaction(),
                observedConnection.backend(),
                StackFrames.lines(observedConnection.stack()),
                StackFrames.lines(observation.checkoutStacks().getOrDefault(connection.id(), List.of())),
                StackFrames.ofApplication(observedConnection.stack()).orElse(""));
    }
}
