package app.rodmena.auth.jmx;

import java.util.SortedMap;

/** The log levels of this process, whatever does the logging. Thread-safe. */
public interface Loggers {
    /** The loggers that have a level of their own, with it. {@code ROOT} is the one all others inherit from. */
    SortedMap<String, String> levels();

    /** The level that a logger goes by, its own or an inherited one. */
    String level(String logger);

    /**
     * Gives a logger a level of its own, at once.
     *
     * @param level one of TRACE, DEBUG, INFO, WARN, ERROR, OFF
     * @throws IllegalArgumentException if there is no such level; the message says which there are
     */
    void set(String logger, String level);

    /** Puts every level back to what it was when the process started. */
    void reset();
}
