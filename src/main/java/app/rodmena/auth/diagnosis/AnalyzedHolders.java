package app.rodmena.auth.diagnosis;

import app.rodmena.auth.diagnosis.HoldClassifier.HoldClassification;
import app.rodmena.auth.diagnosis.StatementWaits.Statement;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.ConnectionView.Use;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The classified connections in use.
 *
 * @param holders the connections in use, the longest use first
 * @param suspects the uses with a suspected lost connection, which needs a second observation
 */
record AnalyzedHolders(List<Holder> holders, Set<Statement> suspects) {
    /** A pure function of the observation and the suspects of the previous observation. */
    static AnalyzedHolders of(Observation observed, DiagnosisConfig config, Set<Statement> suspectedBefore) {
        HoldClassifier classifier = HoldClassifier.of(observed, config);
        List<Holder> holders = new ArrayList<>();
        Set<Statement> suspects = new HashSet<>();
        for (ConnectionView connection : observed.after().connections()) {
            connection.use().ifPresent(use -> {
                ConnectionObservation seen = ConnectionObservation.of(observed, connection, use);
                Statement statement = Statement.of(connection);
                HoldClassification classification = classifier.classify(seen, suspectedBefore.contains(statement));
                if (classification.isSuspected()) {
                    suspects.add(statement);
                }
                holders.add(holder(seen, use, classification));
            });
        }
        holders.sort(Comparator.comparing(Holder::heldFor).reversed());
        return new AnalyzedHolders(holders, suspects);
    }

    private static Holder holder(ConnectionObservation seen, Use use, HoldClassification classification) {
        ConnectionView connection = seen.after();
        return new Holder(
                connection.id(),
                connection.backendPid(),
                use.route(),
                use.tenant(),
                use.callers(),
                use.ids(),
                use.thread(),
                use.since(),
                seen.heldFor(),
                classification.verdict(),
                classification.because(),
                Stream.concat(seen.evidence().stream(), classification.evidence().stream())
                        .toList(),
                classification.blocker(),
                connection.lastSql(),
                connection.lastSqlAge(),
                connection.transaction(),
                seen.backend(),
                StackFrames.lines(seen.stacks().now()),
                StackFrames.lines(seen.stacks().atCheckout()),
                StackFrames.ofApplication(seen.stacks().now()).orElse(""));
    }
}
