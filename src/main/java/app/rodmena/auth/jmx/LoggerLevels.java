package app.rodmena.auth.jmx;

import java.util.List;
import java.util.SortedMap;

/** The log levels of this process, independent of the logging implementation. Implementations are thread-safe. */
public interface LoggerLevels {
    /** The names of the levels. */
    List<String> NAMES = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

    /**
     * Returns the loggers with an explicit level, and their levels. All others inherit, ultimately from {@code ROOT}.
     */
    SortedMap<String, String> levels();

    /** Returns the effective level of a logger, explicit or inherited. */
    String level(String logger);

    /**
     * Sets the explicit level of a logger, with immediate effect.
     *
     * @param level one of {@link #NAMES}
     * @throws IllegalArgumentException if the level is invalid; the message lists the valid ones
     */
    void set(String logger, String level);

    /** Restores all levels to those at the start of the process. */
    void reset();
}
