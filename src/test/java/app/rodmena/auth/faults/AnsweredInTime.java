package app.rodmena.auth.faults;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A: every request gets exactly one response, 200 or 503, before its deadline. */
final class AnsweredInTime implements Invariant {
    /** The tolerance beyond the deadline: 100 ms on an idle machine. */
    private static final Duration GRACE = Duration.ofMillis(100).multipliedBy(SLOW_MACHINE);

    @Override
    public List<Violation> check(Recording seen) {
        Duration limit = seen.limits().answer().plus(GRACE);
        Duration end = seen.exchanges().stream()
                .map(Exchange::answered)
                .reduce(seen.fault().ended(), (one, other) -> one.compareTo(other) > 0 ? one : other);
        Stream<Violation> answered = seen.exchanges().stream().flatMap(exchange -> violation(exchange, limit).stream());
        Stream<Violation> pending = seen.pending().stream()
                .filter(sent -> end.minus(sent).compareTo(limit) > 0)
                .map(sent -> new Violation('A', sent, "sent then, and still without an answer"));
        return Stream.concat(answered, pending).toList();
    }

    private static List<Violation> violation(Exchange exchange, Duration limit) {
        return switch (exchange.outcome()) {
            case LOST -> List.of(violation(exchange, "no answer"));
            case UNEXPECTED -> List.of(violation(exchange, "neither 200 nor 503"));
            case RIGHT, REFUSED, WRONG, FOREIGN, STALE ->
                exchange.took().compareTo(limit) > 0
                        ? List.of(violation(
                                exchange,
                                "answered after %d ms, later than %d ms"
                                        .formatted(exchange.took().toMillis(), limit.toMillis())))
                        : List.of();
        };
    }

    private static Violation violation(Exchange exchange, String what) {
        return new Violation(
                'A',
                exchange.answered(),
                "%s: %s: %d %s".formatted(what, exchange.request(), exchange.status(), exchange.detail()));
    }
}
