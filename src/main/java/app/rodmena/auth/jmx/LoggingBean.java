package app.rodmena.auth.jmx;

import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Key;
import app.rodmena.auth.mbean.Table;
import java.util.regex.Pattern;

@Describe("Log levels; changes take effect immediately and last until the next start")
final class LoggingBean {
    private static final String DATABASE = "auth.database";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.$-]{1,200}");

    private final Loggers loggers;

    @Describe("A logger with an explicit level")
    record Level(
            @Key @Describe("Name of the logger; all others inherit from ROOT")
            String logger,

            @Describe("TRACE, DEBUG, INFO, WARN, ERROR or OFF")
            String level) {}

    LoggingBean(Loggers loggers) {
        this.loggers = loggers;
    }

    @Describe("The loggers with an explicit level; all others inherit")
    public Table<Level> getLevels() {
        return new Table<>(loggers.levels().entrySet().stream()
                .map(entry -> new Level(entry.getKey(), entry.getValue()))
                .toList());
    }

    @Describe("Level of auth.database; DEBUG shows all events of the pool, INFO the significant ones")
    public String getDatabaseLevel() {
        return loggers.level(DATABASE);
    }

    @Describe("takes effect immediately")
    public void setDatabaseLevel(String level) {
        setLevel(DATABASE, level);
    }

    @Describe("The effective level of a logger, explicit or inherited")
    public String level(@Describe("Name of the logger, for example auth.database, or ROOT") String logger) {
        return loggers.level(checked(logger));
    }

    @Describe("Sets the explicit level of a logger")
    public void setLevel(
            @Describe("Name of the logger, for example auth.database, or ROOT") String logger,
            @Describe("TRACE, DEBUG, INFO, WARN, ERROR or OFF") String level) {
        String before = loggers.level(checked(logger));
        loggers.set(logger, level);
        Audit.changed("level of " + logger, before, level);
    }

    @Describe("Restores all levels to those at start")
    public void resetLevels() {
        loggers.reset();
        Audit.invoked("resetLevels");
    }

    private static String checked(String logger) {
        if (!NAME.matcher(logger).matches()) {
            throw new IllegalArgumentException("logger: must be a name of at most 200 letters, digits and . _ $ -");
        }
        return logger;
    }
}
