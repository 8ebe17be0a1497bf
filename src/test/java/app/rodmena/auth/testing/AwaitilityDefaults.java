package app.rodmena.auth.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Awaitility's defaults in all tests, installed by service discovery: short waits end after few milliseconds, long ones
 * take little CPU time, and a busy machine does not fail a test.
 */
public final class AwaitilityDefaults implements BeforeAllCallback {
    private static final Duration FIRST_POLL = Duration.ofMillis(5);
    private static final Duration MAX_POLL = Duration.ofMillis(50);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultPollInterval(IterativePollInterval.iterative(
                poll -> poll.multipliedBy(2).compareTo(MAX_POLL) < 0 ? poll.multipliedBy(2) : MAX_POLL, FIRST_POLL));
        Awaitility.setDefaultTimeout(TIMEOUT);
    }
}
