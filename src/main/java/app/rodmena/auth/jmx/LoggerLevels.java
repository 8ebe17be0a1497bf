package app.rodmena.auth.jmx;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/** The log levels of this process, which logs with Logback. Thread-safe. */
public final class LoggerLevels {
    /** The names of the levels. */
    public static final List<String> NAMES = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

    private final LoggerContext context;
    private final Map<Logger, Level> initialLevels = new HashMap<>();

    private LoggerLevels(LoggerContext context) {
        this.context = context;
        context.getLoggerList().forEach(logger -> initialLevels.put(logger, logger.getLevel()));
    }

    /** Empty if the embedding application does not log with Logback. */
    public static Optional<LoggerLevels> ofThisProcess() {
        return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
                ? Optional.of(new LoggerLevels(context))
                : Optional.empty();
    }

    /** The loggers with an explicit level, and their levels. All others inherit, ultimately from {@code ROOT}. */
    SortedMap<String, String> levels() {
        SortedMap<String, String> levels = new TreeMap<>();
        for (Logger logger : context.getLoggerList()) {
            if (logger.getLevel() != null) {
                levels.put(logger.getName(), logger.getLevel().toString());
            }
        }
        return levels;
    }

    /** The effective level of a logger, explicit or inherited. */
    String level(String logger) {
        Logger known = context.exists(logger);
        // getLogger would create the logger, and Logback never removes one.
        return known != null
                ? known.getEffectiveLevel().toString()
                : level(logger.contains(".") ? logger.substring(0, logger.lastIndexOf('.')) : Logger.ROOT_LOGGER_NAME);
    }

    /**
     * Sets the explicit level of a logger, with immediate effect.
     *
     * @param level one of {@link #NAMES}
     * @throws IllegalArgumentException if the level is invalid; the message lists the valid ones
     */
    void set(String logger, String level) {
        if (!NAMES.contains(level)) {
            throw new IllegalArgumentException(
                    "level: '%s'; must be one of %s".formatted(level, String.join(", ", NAMES)));
        }
        context.getLogger(logger).setLevel(Level.valueOf(level));
    }

    /** Restores all levels to those at the start of the process. */
    void reset() {
        context.getLoggerList().forEach(logger -> logger.setLevel(initialLevels.get(logger)));
    }
}
