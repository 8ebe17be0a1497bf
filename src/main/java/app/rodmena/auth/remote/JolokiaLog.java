package app.rodmena.auth.remote;

import org.jolokia.core.api.LogHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Jolokia says, in our log. */
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

    /** Its debug mode puts requests and answers, whole, into a store that can be read. */
    @Override
    public boolean isDebug() {
        return false;
    }
}
