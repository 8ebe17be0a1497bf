package app.rodmena.auth.faults;

import java.util.List;

/** S: no log, response, incident or MBean contains a secret. {@link Observations} searches them as they arrive. */
final class NoSecrets implements Invariant {
    @Override
    public List<Violation> check(Recording seen) {
        return seen.leaks();
    }
}
