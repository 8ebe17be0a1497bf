package app.rodmena.auth.faults;

import java.time.Duration;
import java.util.Locale;

/**
 * A violation of an invariant.
 *
 * @param invariant the letter of the invariant
 * @param at the time since the probe's start
 */
record Violation(char invariant, Duration at, String what) {
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%c %8.3f s  %s", invariant, at.toNanos() / 1e9, what);
    }
}
