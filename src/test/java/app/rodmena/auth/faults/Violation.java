package app.rodmena.auth.faults;

import java.time.Duration;
import java.util.Locale;

/**
 * Something that must never be.
 *
 * @param invariant its letter
 * @param at when, since the probe's start
 */
record Violation(char invariant, Duration at, String what) {
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%c %8.3f s  %s", invariant, at.toNanos() / 1e9, what);
    }
}
