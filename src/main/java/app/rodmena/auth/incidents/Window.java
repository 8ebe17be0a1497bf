package app.rodmena.auth.incidents;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Lets one incident of a cause through in a minute, and fewer while it goes on and on: the first ones are those that
 * tell something. Counts what it keeps back. Thread-safe.
 */
final class Window {
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    private String id = "";
    private Instant until = Instant.MIN;
    private Duration length = SHORTEST;
    private long swallowed;

    /** It happened. @return the id of a new incident; empty if it belongs to the last one */
    synchronized Optional<String> happened(Instant now) {
        if (now.isBefore(until)) {
            swallowed++;
            return Optional.empty();
        }
        boolean goesOn = swallowed > 0 && now.isBefore(until.plus(length));
        length = goesOn ? longer() : SHORTEST;
        id = IncidentId.at(now);
        until = now.plus(length);
        swallowed = 0;
        return Optional.of(id);
    }

    /** The incident to which what happens now belongs; empty if there is none. */
    synchronized Optional<String> current(Instant now) {
        return now.isBefore(until) ? Optional.of(id) : Optional.empty();
    }

    /** How often it has happened since the incident of that id; empty if there has been another one. */
    synchronized Optional<Long> swallowed(String incident) {
        return id.equals(incident) ? Optional.of(swallowed) : Optional.empty();
    }

    private Duration longer() {
        Duration twice = length.multipliedBy(2);
        return twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
    }
}
