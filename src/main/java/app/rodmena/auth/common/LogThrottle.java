package app.rodmena.auth.common;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Prevents a failure of every request from flooding the log. The first line of a cause is logged in full. Later lines
 * of the same cause are counted, and one summary per second logs the count. While the cause persists, its full line is
 * repeated once a minute. At DEBUG every line is logged. Thread-safe.
 */
public final class LogThrottle {
    private static final long PERIOD_MILLIS = 1_000;
    private static final int PERIODS_TO_FULL_LINE = 60;

    /** The expected number of causes is small; causes beyond this maximum share one summary. */
    private static final int MAX_CAUSES = 200;

    private static final String OTHER_CAUSES = "";

    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private final Logger log;

    /** Guarded by its own monitor. */
    private final Map<String, Cause> causes = new HashMap<>();

    /** The state of a cause that was logged recently. */
    private static final class Cause {
        final Level level;
        final String id;
        final IntFunction<String> summary;
        int suppressed;
        int periods;

        Cause(Level level, String id, IntFunction<String> summary) {
            this.level = level;
            this.id = id;
            this.summary = summary;
        }
    }

    public LogThrottle(Logger log) {
        this.log = log;
    }

    /**
     * Logs a line, or counts it if its cause was logged in full recently.
     *
     * @param cause identifies equal lines; the number of distinct causes must be small
     * @param summary formats the summary line for the given number of counted lines
     */
    public void log(Level level, String cause, Supplier<String> line, IntFunction<String> summary) {
        log(level, cause, "", line, summary);
    }

    /**
     * Like {@link #log(Level, String, Supplier, IntFunction)}, for lines that contain an id.
     *
     * @param id the id in {@code line}
     * @return the id to refer to: {@code id} if this line was logged, else the id in the logged line of the same cause
     */
    public String log(Level level, String cause, String id, Supplier<String> line, IntFunction<String> summary) {
        if (!log.isEnabledForLevel(level)) {
            return id;
        }
        if (log.isDebugEnabled()) {
            log.atLevel(level).log(line.get());
            return id;
        }
        synchronized (causes) {
            String key = causes.size() < MAX_CAUSES || causes.containsKey(cause) ? cause : OTHER_CAUSES;
            Cause known = causes.get(key);
            if (known != null) {
                known.suppressed++;
                return known.id;
            }
            causes.put(key, new Cause(level, id, summary));
            nextPeriod(key);
        }
        log.atLevel(level).log(line.get());
        return id;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // A summary never fails.
    private void nextPeriod(String key) {
        TIMER.schedule(() -> summarize(key), PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void summarize(String key) {
        Cause cause;
        int count;
        synchronized (causes) {
            cause = causes.get(key);
            count = cause.suppressed;
            cause.suppressed = 0;
            cause.periods++;
            if (count == 0 || cause.periods == PERIODS_TO_FULL_LINE) {
                causes.remove(key);
            } else {
                nextPeriod(key);
            }
        }
        if (count > 0) {
            log.atLevel(cause.level).log(cause.summary.apply(count));
        }
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("log-summaries"));
        timer.setKeepAliveTime(10, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }
}
