package app.rodmena.auth.jmx;

import app.rodmena.auth.jmx.mapping.Table;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.TableKey;
import java.util.regex.Pattern;

@Description("Log levels; changes take effect immediately and last until the next start")
final class LoggingBean {
    private static final String DATABASE = "auth.database";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.$-]{1,200}");

    private final LoggerLevels loggers;

    @Description("A logger with an explicit level")
    record Level(
            @TableKey @Description("Name of the logger; all others inherit from ROOT")
            String logger,

            @Description("TRACE, DEBUG, INFO, WARN, ERROR or OFF")
            String level) {}

    LoggingBean(LoggerLevels loggers) {
        this.loggers = loggers;
    }

    @Description("The loggers with an explicit level; all others inherit")
    public Table<Level> getLevels() {
        return new Table<>(loggers.levels().entrySet().stream()
                .map(entry -> new Level(entry.getKey(), entry.getValue()))
                .toList());
    }

    @Description("Level of auth.database; DEBUG shows all events of the pool, INFO the significant ones")
    public String getDatabaseLevel() {
        return loggers.level(DATABASE);
    }

    @Description("takes effect immediately")
    public void setDatabaseLevel(String level) {
        setLevel(DATABASE, level);
    }

    @Description("The effective level of a logger, explicit or inherited")
    public String level(@Description("Name of the logger, for example auth.database, or ROOT") String logger) {
        return loggers.level(checked(logger));
    }

    @Description("Sets the explicit level of a logger")
    public void setLevel(
            @Description("Name of the logger, for example auth.database, or ROOT") String logger,
            @Description("TRACE, DEBUG, INFO, WARN, ERROR or OFF") String level) {
        String previous = loggers.level(checked(logger));
        loggers.set(logger, level);
        LocalAudit.changed("level of " + logger, previous, level);
    }

    @Description("Restores all levels to those at start")
    public void resetLevels() {
        loggers.reset();
        LocalAudit.invoked("resetLevels");
    }

    private static String checked(String logger) {
        if (!NAME.matcher(logger).matches()) {
            throw new IllegalArgumentException("logger: must be a name of at most 200 letters, digits and . _ $ -");
        }
        return logger;
    }
}
