package app.rodmena.auth.database;

import org.flywaydb.core.api.logging.Log;
import org.flywaydb.core.api.logging.LogCreator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs Flyway's messages at DEBUG, because {@link Migrations} logs a summary in one line. Errors are not logged,
 * because Flyway throws them, too. Public because Flyway instantiates it by name.
 */
public final class FlywayLog implements Log, LogCreator {
    private static final Logger LOG = LoggerFactory.getLogger("auth.migrations");

    @Override
    public Log createLogger(Class<?> loggingClass) {
        return this;
    }

    /** Abstract in Flyway 11, which Spring Boot 3.5 puts on the class path. */
    @Override
    @SuppressWarnings("deprecation")
    public boolean isDebugEnabled() {
        return LOG.isDebugEnabled();
    }

    @Override
    public void debug(String message) {
        LOG.debug(message);
    }

    @Override
    public void info(String message) {
        LOG.debug(message);
    }

    @Override
    public void warn(String message) {
        LOG.debug(message);
    }

    @Override
    public void error(String message) {}

    @Override
    public void error(String message, Exception e) {}

    @Override
    public void notice(String message) {}
}
