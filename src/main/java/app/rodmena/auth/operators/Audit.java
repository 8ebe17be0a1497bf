package app.rodmena.auth.operators;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logger {@code auth.audit}: changes by operators, and denials. Thread-safe. The same denial to the same caller is
 * logged once a minute with its count, so that neither a polling console nor an attacker can fill the disk.
 */
public final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger("auth.audit");
    private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int MOST_REMEMBERED = 1000;
    private static final int LONGEST = 300;
    private static final Map<String, Repetition> REPETITIONS = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Repetition> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /** @param unlogged the number of repetitions since the line was logged */
    private record Repetition(long loggedNanos, long unlogged) {}

    private Audit() {}

    /** Logs a change. */
    public static void done(Caller caller, String what) {
        LOG.info("{} {}", caller, printable(what));
    }

    /** Logs the denial of an operator's request. */
    public static void denied(Caller caller, String what) {
        warn(caller.toString(), "was denied " + what);
    }

    /** Logs the denial of a request of a client that has not logged in. */
    public static void denied(String address, String what) {
        warn("Client " + address, "was denied " + what);
    }

    private static void warn(String who, String what) {
        String line = who + " " + printable(what);
        long repeated = unloggedOrSuppress(line);
        if (repeated == 0) {
            LOG.warn("{}", line);
        } else if (repeated > 0) {
            LOG.warn("{} (and {} times since this was last logged)", line, repeated);
        }
    }

    /** @return the number of repetitions that were not logged; negative if this one must not be logged either */
    private static synchronized long unloggedOrSuppress(String line) {
        long now = System.nanoTime();
        Repetition known = REPETITIONS.get(line);
        if (known != null && now - known.loggedNanos < QUIET_NANOS) {
            REPETITIONS.put(line, new Repetition(known.loggedNanos, known.unlogged + 1));
            return -1;
        }
        REPETITIONS.put(line, new Repetition(now, 0));
        return known == null ? 0 : known.unlogged;
    }

    /** Replaces control characters, so that a client's input cannot forge a log line. */
    private static String printable(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
    }
}
