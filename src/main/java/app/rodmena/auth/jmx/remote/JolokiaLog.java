package app.rodmena.auth.jmx.remote;

import org.jolokia.core.api.LogHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes Jolokia's log messages to the logger {@code auth.jolokia}. */
final class JolokiaLog implements LogHandler {
    private static final Logger LOG = LoggerFactory.getLogger("auth.jolokia");

    @Override
    public void debug(String message) {
        LOG.debug(message);
    }

    @Override
    public void info(String message) {
        LOG.debug(message);
    }

    @Override
    public void error(String message, Throwable failure) {
        LOG.error(message, failure);
    }

    /** Always false: in debug mode, Jolokia keeps whole requests and responses in a store that clients can read. */
    @Override
    public boolean isDebug() {
        return false;
    }
}
