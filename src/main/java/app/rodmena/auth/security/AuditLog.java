package app.rodmena.auth.security;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logger {@code auth.audit}: changes by operators, and denials. Thread-safe. The same denial to the same caller is
 * logged once a minute with its count, so that neither a polling console nor an attacker can fill the disk.
 */
public final class AuditLog {
    private static final Logger LOG = LoggerFactory.getLogger("auth.audit");
    private static final long REPEAT_INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int MAX_REMEMBERED = 1000;
    private static final int MAX_LENGTH = 300;
    private static final Map<String, Repetition> REPETITIONS = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Repetition> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    /** @param unlogged the number of repetitions since the line was logged */
    private record Repetition(long loggedNanos, long unlogged) {}

    private AuditLog() {}

    public static void changed(OperatorSession session, String action) {
        LOG.info("{} {}", session, printable(action));
    }

    /** Logs the denial of an operator's request. */
    public static void denied(OperatorSession session, String action) {
        warn(session.toString(), "was denied " + action);
    }

    /** Logs the denial of a request of a client that has not logged in. */
    public static void denied(String address, String action) {
        warn("Client " + address, "was denied " + action);
    }

    private static void warn(String subject, String action) {
        String line = subject + " " + printable(action);
        long repeated = countRepetition(line);
        if (repeated == 0) {
            LOG.warn("{}", line);
        } else if (repeated > 0) {
            LOG.warn("{} (and {} times since this was last logged)", line, repeated);
        }
    }

    /** @return the number of repetitions that were not logged; negative if this one must not be logged either */
    private static synchronized long countRepetition(String line) {
        long now = System.nanoTime();
        Repetition previous = REPETITIONS.get(line);
        if (previous != null && now - previous.loggedNanos < REPEAT_INTERVAL_NANOS) {
            REPETITIONS.put(line, new Repetition(previous.loggedNanos, previous.unlogged + 1));
            return -1;
        }
        REPETITIONS.put(line, new Repetition(now, 0));
        return previous == null ? 0 : previous.unlogged;
    }

    /** Replaces control characters, so that a client's input cannot forge a log line. */
    private static String printable(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
        return line.length() > MAX_LENGTH ? line.substring(0, MAX_LENGTH) + "..." : line;
    }
}
