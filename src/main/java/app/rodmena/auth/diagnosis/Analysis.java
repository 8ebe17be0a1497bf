package app.rodmena.auth.diagnosis;

import app.rodmena.auth.diagnosis.Diagnosis.Reconciliation;
import app.rodmena.auth.diagnosis.Diagnosis.WaiterGroup;
import app.rodmena.auth.diagnosis.HoldClassifier.HoldClassification;
import app.rodmena.auth.diagnosis.StatementWaits.Statement;
import app.rodmena.auth.pool.ConnectionView;
import app.rodmena.auth.pool.ConnectionView.Use;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An observation with the verdicts on the connections in use.
 *
 * @param suspectedBefore the suspects of the previous observation
 * @param holders the connections in use, the longest use first
 * @param suspects the uses with a suspected lost connection, which needs a second observation
 */
record Analysis(
        Observation observed,
        Set<Statement> suspectedBefore,
        List<Holder> holders,
        Set<Statement> suspects,
        Reconciliation reconciliation) {
    static Analysis of(
            Observation observed,
            DiagnosisConfig config,
            Set<Statement> suspectedBefore,
            Reconciliation reconciliation) {
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
                String waitEvent = Optional.ofNullable(observed.waits().get(connection.id()))
                        .map(StatementWaits.Summary::event)
                        .orElse("");
                holders.add(holder(seen, use, classification, waitEvent));
            });
        }
        holders.sort(Comparator.comparing(Holder::heldFor).reversed());
        return new Analysis(observed, suspectedBefore, holders, suspects, reconciliation);
    }

    Diagnosis diagnosis(Commands commands) {
        Situation situation = SituationClassifier.of(observed, holders);
        return new Diagnosis(
                observed.after().at(),
                situation,
                Sentence.of(situation, observed, holders),
                Recommendations.of(situation, observed, holders, commands),
                observed.after().view(),
                holders,
                WaiterGroup.of(observed.after()),
                observed.postgres(),
                observed.lastSeen(),
                observed.outage(),
                observed.refusalState(),
                reconciliation,
                observed.blindSpots(),
                observed.failures());
    }

    private static Holder holder(
            ConnectionObservation seen, Use use, HoldClassification classification, String waitEvent) {
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
                waitEvent,
                StackFrames.lines(seen.stacks().now()),
                StackFrames.lines(seen.stacks().atCheckout()),
                StackFrames.ofApplication(seen.stacks().now()).orElse(""));
    }
}
