package app.rodmena.auth.faults;

import app.rodmena.auth.faults.Recording.ProcessSample;
import java.util.ArrayList;
import java.util.List;

/** L: the numbers of threads and descriptors return to their baseline. */
final class NothingLeft implements Invariant {
    /** Allowance for thread pools that grow on demand, and for overflow connections that are still open. */
    static final int TOLERANCE = 16;

    @Override
    public List<Violation> check(Recording seen) {
        List<Violation> violations = new ArrayList<>();
        ProcessSample last = seen.process();
        compare("threads", seen.baseline().threads(), last.threads(), last, violations);
        compare("descriptors", seen.baseline().descriptors(), last.descriptors(), last, violations);
        return violations;
    }

    private static void compare(String what, int before, int after, ProcessSample last, List<Violation> violations) {
        if (after > before + TOLERANCE) {
            violations.add(new Violation(
                    'L', last.at(), "%d %s, %d before; descriptors: %s".formatted(after, what, before, last.kinds())));
        }
    }
}
