package app.rodmena.auth.jmx;

import app.rodmena.auth.jmx.mapping.OpenMapping.Table;
import app.rodmena.auth.schema.Description;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

@Description("Log levels; changes take effect immediately and last until the next start")
public final class LoggingBean {
    /** The names of the levels. */
    public static final List<String> LEVELS = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

    private static final String DATABASE = "auth.database";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.$-]{1,200}");

    private final LoggerContext context;
    private final Map<Logger, ch.qos.logback.classic.Level> initialLevels = new HashMap<>();

    @Description("A logger with an explicit level")
    record Level(
            @Description(key = true, value = "Name of the logger; all others inherit from ROOT")
            String logger,

            @Description("TRACE, DEBUG, INFO, WARN, ERROR or OFF")
            String level) {}

    LoggingBean(LoggerContext context) {
        this.context = context;
        context.getLoggerList().forEach(logger -> initialLevels.put(logger, logger.getLevel()));
    }

    @Description("The loggers with an explicit level; all others inherit")
    public Table<Level> getLevels() {
        return new Table<>(context.getLoggerList().stream()
                .filter(logger -> logger.getLevel() != null)
                .map(logger -> new Level(logger.getName(), logger.getLevel().toString()))
                .toList());
    }

    @Description("Level of auth.database; DEBUG shows all events of the pool, INFO the significant ones")
    public String getDatabaseLevel() {
        return effectiveLevel(DATABASE);
    }

    @Description("takes effect immediately")
    public void setDatabaseLevel(String level) {
        setLevel(DATABASE, level);
    }

    @Description("The effective level of a logger, explicit or inherited")
    public String level(@Description("Name of the logger, for example auth.database, or ROOT") String logger) {
        return effectiveLevel(checked(logger));
    }

    @Description("Sets the explicit level of a logger")
    public void setLevel(
            @Description("Name of the logger, for example auth.database, or ROOT") String logger,
            @Description("TRACE, DEBUG, INFO, WARN, ERROR or OFF") String level) {
        String previous = effectiveLevel(checked(logger));
        if (!LEVELS.contains(level)) {
            throw new IllegalArgumentException(
                    "level: '%s'; must be one of %s".formatted(level, String.join(", ", LEVELS)));
        }
        context.getLogger(logger).setLevel(ch.qos.logback.classic.Level.valueOf(level));
        LocalAudit.changed("level of " + logger, previous, level);
    }

    @Description("Restores all levels to those at start")
    public void resetLevels() {
        context.getLoggerList().forEach(logger -> logger.setLevel(initialLevels.get(logger)));
        LocalAudit.invoked("resetLevels");
    }

    private String effectiveLevel(String logger) {
        Logger known = context.exists(logger);
        // getLogger would create the logger, and Logback never removes one.
        return known != null
                ? known.getEffectiveLevel().toString()
                : effectiveLevel(
                        logger.contains(".") ? logger.substring(0, logger.lastIndexOf('.')) : Logger.ROOT_LOGGER_NAME);
    }

    private static String checked(String logger) {
        if (!NAME.matcher(logger).matches()) {
            throw new IllegalArgumentException("logger: must be a name of at most 200 letters, digits and . _ $ -");
        }
        return logger;
    }
}
