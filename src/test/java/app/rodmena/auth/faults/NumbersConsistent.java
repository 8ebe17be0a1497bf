package app.rodmena.auth.faults;

import app.rodmena.auth.faults.Recording.HealthSample;
import java.util.List;

/** F: the five pool numbers in every response of /health are consistent. */
final class NumbersConsistent implements Invariant {
    @Override
    public List<Violation> check(Recording seen) {
        return seen.health().stream()
                .filter(sample -> sample.status() != 0)
                .filter(sample -> !isConsistent(sample, seen.limits().connections()))
                .map(sample -> new Violation('F', sample.at(), sample.toString()))
                .toList();
    }

    private static boolean isConsistent(HealthSample sample, int most) {
        return sample.checkedOut() >= 0
                && sample.checkedOut() <= sample.totalConnections()
                && sample.totalConnections() <= most
                && sample.overflow() == Math.max(0, sample.totalConnections() - sample.poolSize())
                && sample.available() == Math.max(0, sample.poolSize() - sample.checkedOut());
    }
}
