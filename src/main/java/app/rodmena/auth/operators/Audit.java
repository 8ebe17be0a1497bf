package app.rodmena.auth.operators;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logger {@code auth.audit}: who from outside changed something, and who was denied what. Thread-safe. The same
 * denial to the same caller is told once a minute, with how often it was: a console that polls, or somebody who wants
 * to fill the disk, gets no more.
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

    /** @param unlogged how often since */
    private record Repetition(long loggedNanos, long unlogged) {}

    private Audit() {}

    /** Something was changed. */
    public static void done(Caller caller, String what) {
        LOG.info("{} {}", caller, printable(what));
    }

    /** Something was asked for and not given. */
    public static void denied(Caller caller, String what) {
        warn(caller.toString(), "was denied " + what);
    }

    /** Somebody who is nobody yet was turned away. */
    public static void denied(String address, String what) {
        warn("Somebody from " + address, "was denied " + what);
    }

    private static void warn(String who, String what) {
        String line = who + " " + printable(what);
        long repeated = unloggedOrSuppress(line);
        if (repeated == 0) {
            LOG.warn("{}", line);
        } else if (repeated > 0) {
            LOG.warn("{} (and {} times since it was last said)", line, repeated);
        }
    }

    /** @return how often it was not said since the last time; negative if now is another such time */
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

    /** What strangers send can't forge a line of the log. */
    private static String printable(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
    }
}
