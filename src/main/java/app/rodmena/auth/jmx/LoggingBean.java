package app.rodmena.auth.jmx;

import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.mbean.Key;
import app.rodmena.auth.mbean.Table;
import java.util.regex.Pattern;

@Describe("Log levels; changes take effect at once and hold until the next start")
final class LoggingBean {
    private static final String DATABASE = "auth.database";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.$-]{1,200}");

    private final Loggers loggers;

    @Describe("A logger that has a level of its own")
    record Level(
            @Key @Describe("Its name; ROOT is the one that all others inherit from")
            String logger,

            @Describe("TRACE, DEBUG, INFO, WARN, ERROR or OFF")
            String level) {}

    LoggingBean(Loggers loggers) {
        this.loggers = loggers;
    }

    @Describe("The loggers that have a level of their own; all others inherit")
    public Table<Level> getLevels() {
        return new Table<>(loggers.levels().entrySet().stream()
                .map(entry -> new Level(entry.getKey(), entry.getValue()))
                .toList());
    }

    @Describe("Level of auth.database; DEBUG shows every event of the pool, INFO those that matter")
    public String getDatabaseLevel() {
        return loggers.level(DATABASE);
    }

    @Describe("takes effect at once")
    public void setDatabaseLevel(String level) {
        setLevel(DATABASE, level);
    }

    @Describe("The level that a logger goes by, its own or an inherited one")
    public String level(@Describe("Its name, as auth.database, or ROOT") String logger) {
        return loggers.level(checked(logger));
    }

    @Describe("Gives a logger a level of its own")
    public void setLevel(
            @Describe("Its name, as auth.database, or ROOT") String logger,
            @Describe("TRACE, DEBUG, INFO, WARN, ERROR or OFF") String level) {
        String before = loggers.level(checked(logger));
        loggers.set(logger, level);
        Audit.changed("level of " + logger, before, level);
    }

    @Describe("Puts every level back to what it was at start")
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
