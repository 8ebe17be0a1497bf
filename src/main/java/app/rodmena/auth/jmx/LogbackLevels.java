package app.rodmena.auth.jmx;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/** Reads and sets the levels of Logback's loggers; can reset them to those at its creation. */
public final class LogbackLevels implements LoggerLevels {
    private final LoggerContext context;
    private final Map<Logger, Level> initialLevels = new HashMap<>();

    private LogbackLevels(LoggerContext context) {
        this.context = context;
        context.getLoggerList().forEach(logger -> initialLevels.put(logger, logger.getLevel()));
    }

    /** Empty if the embedding application does not log with Logback. */
    public static Optional<LoggerLevels> ofThisProcess() {
        return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
                ? Optional.of(new LogbackLevels(context))
                : Optional.empty();
    }

    @Override
    public SortedMap<String, String> levels() {
        SortedMap<String, String> levels = new TreeMap<>();
        for (Logger logger : context.getLoggerList()) {
            if (logger.getLevel() != null) {
                levels.put(logger.getName(), logger.getLevel().toString());
            }
        }
        return levels;
    }

    @Override
    public String level(String logger) {
        Logger known = context.exists(logger);
        // getLogger would create the logger, and Logback never removes one.
        return known != null
                ? known.getEffectiveLevel().toString()
                : level(logger.contains(".") ? logger.substring(0, logger.lastIndexOf('.')) : Logger.ROOT_LOGGER_NAME);
    }

    @Override
    public void set(String logger, String level) {
        if (!NAMES.contains(level)) {
            throw new IllegalArgumentException(
                    "level: '%s'; must be one of %s".formatted(level, String.join(", ", NAMES)));
        }
        context.getLogger(logger).setLevel(Level.valueOf(level));
    }

    @Override
    public void reset() {
        context.getLoggerList().forEach(logger -> logger.setLevel(initialLevels.get(logger)));
    }
}
