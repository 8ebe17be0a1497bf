package app.rodmena.auth.diagnosis;

import app.rodmena.auth.pool.WaiterView;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Builds a diagnosis from an observation. A pure function. */
final class DiagnosisBuilder {
    private DiagnosisBuilder() {}

    static Diagnosis diagnose(
            Observation observation, List<Holder> holders, Reconciliation reconciliation, Commands commands) {
        Situation situation = SituationClassifier.of(observation, holders);
        return new Diagnosis(
                observation.after().at(),
                situation,
                Sentence.of(situation, observation, holders),
                Recommendations.of(situation, observation, holders, commands),
                observation.after().view(),
                holders,
                waiters(observation.after()),
                observation.postgres(),
                observation.lastSeen(),
                observation.outage(),
                reconciliation,
                BlindSpots.of(observation),
                observation.failures());
    }

    private static List<WaiterGroup> waiters(PoolFacts facts) {
        return facts.waiters().stream().collect(Collectors.groupingBy(WaiterView::route)).entrySet().stream()
                .map(group -> waiters(group.getKey(), group.getValue(), facts.at()))
                .sorted(Comparator.comparing(WaiterGroup::count).reversed().thenComparing(WaiterGroup::route))
                .toList();
    }

    private static WaiterGroup waiters(String route, List<WaiterView> group, Instant now) {
        WaiterView first = Collections.min(group, Comparator.comparing(WaiterView::since));
        Duration longest = Duration.between(first.since(), now);
        return new WaiterGroup(
                route,
                group.size(),
                first.since(),
                longest.isNegative() ? Duration.ZERO : longest,
                first.ids().requestId());
    }
}
