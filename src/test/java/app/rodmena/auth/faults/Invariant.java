package app.rodmena.auth.faults;

import java.util.Comparator;
import java.util.List;

/** What must hold, whatever breaks. A pure function of what was observed. */
@FunctionalInterface
interface Invariant {
    /** Machines that run tests are slow and shared: what has to be done within a second may take this many. */
    int SLOW_MACHINE = 4;

    /** All of them. */
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

    /** What violates any of them, by time. */
    static List<Violation> violations(Recording seen) {
        return ALL.stream()
                .flatMap(invariant -> invariant.check(seen).stream())
                .sorted(Comparator.comparing(Violation::at))
                .toList();
    }
}
