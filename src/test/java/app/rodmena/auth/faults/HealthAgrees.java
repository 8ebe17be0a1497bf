package app.rodmena.auth.faults;

import app.rodmena.auth.faults.Recording.HealthSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** H: /health is fast; /health, /health/ready and incidents agree with the clients' observations. */
final class HealthAgrees implements Invariant {
    /**
     * The maximum median. On an idle machine p99 is below 10 ms. Here the probe, its clients and PostgreSQL share the
     * cores with other work, and a scenario takes only about a dozen samples: too few for a p99.
     */
    private static final Duration MEDIAN = Duration.ofMillis(10).multipliedBy(100);

    /** The time within which /health must reflect a change: its probe is at most 2 s old, plus tolerance. */
    private static final Duration KNOWN = Duration.ofSeconds(3);

    private static final int ENOUGH = 10;

    /** The refusal reasons that an incident must explain. */
    private static final Set<String> EXPLAINED = Set.of("POOL_TIMEOUT", "QUEUE_FULL", "DATABASE_DOWN");

    @Override
    public List<Violation> check(Recording seen) {
        List<Violation> violations = new ArrayList<>();
        speed(seen, violations);
        Clients clients = new Clients(seen);
        Map<Duration, Boolean> health = new TreeMap<>();
        seen.health().forEach(sample -> health.put(sample.at(), sample.healthy()));
        Map<Duration, Boolean> ready = new TreeMap<>();
        seen.ready().forEach(sample -> ready.put(sample.at(), sample.status() == 200));
        agreement("/health", health, clients, violations);
        agreement("/health/ready", ready, clients, violations);
        incidents(seen, violations);
        return violations;
    }

    private static void speed(Recording seen, List<Violation> violations) {
        seen.health().stream()
                .filter(sample -> sample.status() == 0)
                .forEach(sample -> violations.add(new Violation('H', sample.at(), "no answer of /health")));
        List<Duration> took =
                seen.health().stream().map(HealthSample::took).sorted().toList();
        if (!took.isEmpty()) {
            Duration median = took.get(took.size() / 2);
            if (median.compareTo(MEDIAN) > 0) {
                violations.add(new Violation(
                        'H',
                        seen.fault().began(),
                        "/health median %d ms, more than %d ms".formatted(median.toMillis(), MEDIAN.toMillis())));
            }
        }
    }

    private static void agreement(
            String path, Map<Duration, Boolean> samples, Clients clients, List<Violation> violations) {
        samples.forEach((at, up) -> {
            if (up && all(clients, at.minus(KNOWN), at.plusSeconds(1), HealthAgrees::isDown)) {
                violations.add(new Violation(
                        'H', at, path + " 200, while for 3 s every client is answered 503 DATABASE_DOWN"));
            } else if (!up && all(clients, at.minus(KNOWN), at, Exchange::right)) {
                violations.add(new Violation('H', at, path + " is not 200, and for 3 s every client was served"));
            }
        });
    }

    private static boolean all(Clients clients, Duration from, Duration to, Predicate<Exchange> matches) {
        Clients.Window window = clients.answeredBetween(from, to);
        return window.count() >= ENOUGH && window.isCovered() && window.all(matches);
    }

    private static boolean isDown(Exchange exchange) {
        return exchange.reason().equals("DATABASE_DOWN");
    }

    private static void incidents(Recording seen, List<Violation> violations) {
        seen.incidents().stream()
                .filter(incident -> !incident.known() || incident.sentence().startsWith("Well"))
                .forEach(incident -> violations.add(new Violation(
                        'H',
                        seen.fault().ended(),
                        incident.known()
                                ? "incident %s %s says: %s"
                                        .formatted(incident.id(), incident.cause(), incident.sentence())
                                : "clients were pointed to incident %s, which is unknown".formatted(incident.id()))));
        List<Exchange> explained = seen.exchanges().stream()
                .filter(exchange -> EXPLAINED.contains(exchange.reason()))
                .toList();
        if (explained.size() >= ENOUGH
                && explained.stream().allMatch(exchange -> exchange.incident().isEmpty())) {
            violations.add(new Violation(
                    'H',
                    explained.get(0).answered(),
                    "%d refusals (%s), and none names an incident"
                            .formatted(explained.size(), explained.get(0).reason())));
        }
    }
}
