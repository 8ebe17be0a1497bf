package app.rodmena.auth.faults;

import java.util.Comparator;
import java.util.List;

/** A condition that holds during every fault. A pure function of the recording. */
@FunctionalInterface
interface Invariant {
    /** The factor on time limits, because tests run on slow, shared machines. */
    int SLOW_MACHINE = 8;

    /** All invariants. */
    List<Invariant> ALL = List.of(
            new WritesKept(),
            new AnswersRight(),
            new AnsweredInTime(),
            new ConnectionsBounded(),
            new NumbersConsistent(),
            new HealthAgrees(),
            new ServiceBack(),
            new NothingLeft(),
            new EventsOrdered(),
            new VerdictTrue(),
            new NoSecrets());

    List<Violation> check(Recording seen);

    /** The violations of all invariants, sorted by time. */
    static List<Violation> violations(Recording seen) {
        return ALL.stream()
                .flatMap(invariant -> invariant.check(seen).stream())
                .sorted(Comparator.comparing(Violation::at))
                .toList();
    }
}
