package app.rodmena.auth.faults;

import app.rodmena.auth.faults.Recording.DiagnosisSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** D: the expected diagnosis appears in time, and no diagnosis contradicts the clients' observations. */
final class VerdictTrue implements Invariant {
    private static final Duration ONE_SECOND = Duration.ofSeconds(1);
    private static final Duration THREE_SECONDS = Duration.ofSeconds(3);
    private static final Duration FOUR_SECONDS = Duration.ofSeconds(4);
    private static final int SOME = 5;
    private static final Set<String> NO_ANSWERS = Set.of("DATABASE_DOWN", "NOT_PREPARED");

    @Override
    public List<Violation> check(Recording seen) {
        List<Violation> violations = new ArrayList<>();
        Clients clients = new Clients(seen);
        for (DiagnosisSample sample : seen.diagnoses()) {
            if (sample.situation().equals("WELL") && fail(clients, sample.at())) {
                violations.add(new Violation('D', sample.at(), "\"%s\" while clients fail".formatted(first(sample))));
            } else if (NO_ANSWERS.contains(sample.situation()) && served(clients, sample.at())) {
                violations.add(new Violation(
                        'D', sample.at(), "\"%s\" while every client is served".formatted(first(sample))));
            }
        }
        seen.fault().verdict().ifPresent(expected -> {
            Duration latest = seen.fault().began().plus(expected.within());
            boolean said = seen.diagnoses().stream()
                    .filter(sample -> sample.at().compareTo(seen.fault().began()) >= 0)
                    .filter(sample -> sample.at().compareTo(latest) <= 0)
                    .anyMatch(expected.matches());
            if (!said) {
                violations.add(new Violation(
                        'D',
                        latest,
                        "no diagnosis said: %s; the last was: %s"
                                .formatted(
                                        expected.what(),
                                        seen.diagnoses().stream()
                                                .filter(sample -> sample.at().compareTo(latest) <= 0)
                                                .reduce((one, other) -> other)
                                                .map(VerdictTrue::first)
                                                .orElse("none"))));
            }
        });
        return violations;
    }

    /**
     * Whether at least half of the requests are refused in each of three windows, from three seconds before this time
     * until one second after it, or at least five requests have waited for more than four seconds.
     */
    private static boolean fail(Clients clients, Duration at) {
        boolean refusals = refused(clients.answeredBetween(at.minus(THREE_SECONDS), at.minus(ONE_SECOND)))
                && refused(clients.answeredBetween(at.minus(ONE_SECOND), at))
                && refused(clients.answeredBetween(at, at.plus(ONE_SECOND)));
        return refusals || clients.waiting(at, FOUR_SECONDS) >= SOME;
    }

    private static boolean refused(Clients.Window window) {
        return window.refused() >= SOME && 2 * window.refused() >= window.count();
    }

    private static boolean served(Clients clients, Duration at) {
        Clients.Window window = clients.answeredBetween(at.minus(THREE_SECONDS), at);
        return window.isCovered() && window.count() >= 2 * SOME && window.all(Exchange::right);
    }

    private static String first(DiagnosisSample sample) {
        return sample.text().lines().findFirst().orElse("");
    }
}
