package app.rodmena.auth.faults;

import java.util.List;

/** R: the service recovers within the time limit after the fault's end. */
final class ServiceBack implements Invariant {
    @Override
    public List<Violation> check(Recording seen) {
        var back = seen.fault().ended().plus(seen.fault().recovery());
        List<Exchange> late = seen.exchanges().stream()
                .filter(exchange -> exchange.sent().compareTo(back) > 0 && !exchange.right())
                .toList();
        return late.isEmpty()
                ? List.of()
                : List.of(new Violation(
                        'R',
                        late.get(0).sent(),
                        "%d requests sent more than %d ms after the fault's end were not served, the first: %s: %d %s"
                                .formatted(
                                        late.size(),
                                        seen.fault().recovery().toMillis(),
                                        late.get(0).request(),
                                        late.get(0).status(),
                                        late.get(0).detail())));
    }
}
