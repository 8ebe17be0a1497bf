package app.rodmena.auth;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** What {@code --log-level} asks for, on top of logback.xml. */
record LogLevels(Map<String, Level> levels) {
    static final List<String> WORDS = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

    static LogLevels of(Optional<Given> given) {
        Map<String, Level> levels = new LinkedHashMap<>();
        given.ifPresent(words -> words.list().forEach(word -> {
            String[] pair = word.split("=", -1);
            if (pair.length != 2 || pair[0].isBlank() || !WORDS.contains(pair[1])) {
                throw words.refuse("must be LOGGER=LEVEL, the level one of " + String.join(", ", WORDS));
            }
            levels.put(pair[0], Level.valueOf(pair[1]));
        }));
        return new LogLevels(levels);
    }

    /** Writes what is still queued, for a second at most; nothing is logged after that. */
    static void finish() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }

    /** Takes effect at once, for this whole process. */
    void apply() {
        levels.forEach(
                (logger, level) -> ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(logger)).setLevel(level));
    }
}
