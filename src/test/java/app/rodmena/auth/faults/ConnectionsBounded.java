package app.rodmena.auth.faults;

import java.util.List;

/** B: PostgreSQL never sees more than pool_size + max_overflow + 1 connections of a process. */
final class ConnectionsBounded implements Invariant {
    @Override
    public List<Violation> check(Recording seen) {
        int most = seen.limits().connections() + 1 + seen.fault().undelivered();
        return seen.backends().stream()
                .filter(sample -> sample.count() > most)
                .map(sample ->
                        new Violation('B', sample.at(), "%d backends, more than %d".formatted(sample.count(), most)))
                .toList();
    }
}
