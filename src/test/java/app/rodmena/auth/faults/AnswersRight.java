package app.rodmena.auth.faults;

import java.util.List;
import java.util.stream.Stream;

/**
 * N: an outage is never answered as "no", and no answer is older than an acknowledged write. T: no response has another
 * tenant's data.
 */
final class AnswersRight implements Invariant {
    @Override
    public List<Violation> check(Recording seen) {
        return seen.exchanges().stream().flatMap(AnswersRight::violation).toList();
    }

    private static Stream<Violation> violation(Exchange exchange) {
        return switch (exchange.outcome()) {
            case WRONG -> Stream.of(violation('N', exchange, "a wrong answer"));
            case STALE -> Stream.of(violation('N', exchange, "an answer older than an acknowledged write"));
            case FOREIGN -> Stream.of(violation('T', exchange, "an answer of another tenant"));
            case RIGHT, REFUSED, UNEXPECTED, LOST -> Stream.empty();
        };
    }

    private static Violation violation(char invariant, Exchange exchange, String what) {
        return new Violation(
                invariant,
                exchange.answered(),
                "%s for tenant %d: %s: %s".formatted(what, exchange.tenant(), exchange.request(), exchange.detail()));
    }
}
