package app.rodmena.auth.faults;

import java.util.List;

/** S: no secret in any log, answer, incident or MBean; looked for as they come in. */
final class NoSecrets implements Invariant {
    @Override
    public List<Violation> check(Recording seen) {
        return seen.leaks();
    }
}
