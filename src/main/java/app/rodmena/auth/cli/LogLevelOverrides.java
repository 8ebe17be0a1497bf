package app.rodmena.auth.cli;

import app.rodmena.auth.jmx.LoggingBean;
import app.rodmena.auth.settings.SettingValue;
import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Configures the standalone server's log, and overrides its levels with those of {@code --log-level}. */
public record LogLevelOverrides(Map<String, Level> levels) {
    private static final String CONFIGURATION = "app/rodmena/auth/logback.xml";

    /**
     * Makes Logback read this server's configuration instead of searching the default locations. Takes effect only
     * before the first logger is created. Keeps a configuration file that is set as a system property.
     */
    static void configure() {
        String property = ClassicConstants.CONFIG_FILE_PROPERTY;
        System.setProperty(property, System.getProperty(property, CONFIGURATION));
    }

    static LogLevelOverrides of(Optional<SettingValue> given) {
        Map<String, Level> levels = new LinkedHashMap<>();
        given.ifPresent(words -> words.list().forEach(word -> {
            String[] pair = word.split("=", -1);
            if (pair.length != 2 || pair[0].isBlank() || !LoggingBean.LEVELS.contains(pair[1])) {
                throw words.refuse("must be LOGGER=LEVEL, the level one of " + String.join(", ", LoggingBean.LEVELS));
            }
            levels.put(pair[0], Level.valueOf(pair[1]));
        }));
        return new LogLevelOverrides(levels);
    }

    /** Flushes the queued log events, for at most one second, and stops the log. */
    static void finish() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }

    /** Sets the levels immediately, for the whole process. */
    public void apply() {
        levels.forEach(
                (logger, level) -> ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(logger)).setLevel(level));
    }
}
