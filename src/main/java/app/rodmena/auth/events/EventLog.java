package app.rodmena.auth.events;

import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes every event to the logger {@code auth.database}, at the level of its severity. Unless the level is DEBUG,
 * repeated failures with the same cause are logged once, followed by one summary per second. Thread-safe.
 */
public final class EventLog implements PoolListener {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");

    private final LogThrottle throttle = new LogThrottle(LOG);

    @Override
    public void onEvent(PoolEvent event) {
        Level level = levelOf(event.kind());
        if (isRepeated(event.kind())) {
            throttle.log(
                    level,
                    event.kind() + event.cause(),
                    () -> line(event),
                    count -> "%s %s more in the last second%s"
                            .formatted(event.kind().wireName(), count, cause(event)));
        } else if (LOG.isEnabledForLevel(level)) {
            LOG.atLevel(level).log(line(event));
        }
    }

    /** Whether one cause can produce an event per request or per connection. */
    private static boolean isRepeated(PoolEventKind kind) {
        return switch (kind) {
            case CONNECT_FAILED, INVALIDATE, SOFT_INVALIDATE, RECYCLE, TIMEOUT, REJECTED -> true;
            case CONNECT,
                    CHECKOUT,
                    CHECKIN,
                    OVERFLOW_OPEN,
                    OVERFLOW_CLOSE,
                    CLOSE,
                    LEAK_SUSPECTED,
                    LEAK_RETURNED,
                    LEAK_RECLAIMED -> false;
        };
    }

    private static Level levelOf(PoolEventKind kind) {
        return switch (kind) {
            case CONNECT, CHECKOUT, CHECKIN, CLOSE, OVERFLOW_OPEN, OVERFLOW_CLOSE -> Level.DEBUG;
            case SOFT_INVALIDATE, RECYCLE -> Level.INFO;
            case CONNECT_FAILED, INVALIDATE, TIMEOUT, REJECTED, LEAK_SUSPECTED, LEAK_RETURNED -> Level.WARN;
            case LEAK_RECLAIMED -> Level.ERROR;
        };
    }

    /** One line, such as {@code checkout connection=3 pid=4123 wait=0.214ms route="GET /api/roles" tenant=5f1c…}. */
    public static String line(PoolEvent event) {
        StringBuilder line = new StringBuilder(160).append(event.kind().wireName());
        if (event.connectionId() != 0) {
            line.append(" connection=").append(event.connectionId());
            line.append(" pid=").append(event.backendPid() == 0 ? "unknown" : event.backendPid());
        }
        if (!event.took().isZero()) {
            line.append(' ').append(durationKey(event.kind())).append('=').append(millis(event.took()));
        }
        if (!event.caller().equals(CallContext.POOL)) {
            line.append(" route=").append(quoted(event.caller().route()));
            line.append(" tenant=").append(event.caller().tenant().get());
            if (event.caller().count() > 1) {
                line.append(" callers=").append(event.caller().count());
            }
        }
        line.append(" thread=").append(event.thread());
        return line.append(cause(event)).toString();
    }

    private static String cause(PoolEvent event) {
        return event.cause().isEmpty() ? "" : " cause=" + quoted(event.cause());
    }

    private static String durationKey(PoolEventKind kind) {
        return switch (kind) {
            case CHECKOUT, TIMEOUT, REJECTED -> "wait";
            case CHECKIN, LEAK_SUSPECTED, LEAK_RETURNED, LEAK_RECLAIMED -> "use";
            case CONNECT, CONNECT_FAILED -> "connect";
            case INVALIDATE, SOFT_INVALIDATE, RECYCLE, OVERFLOW_OPEN, OVERFLOW_CLOSE, CLOSE -> "age";
        };
    }

    /** Quotes a text from PostgreSQL or an embedder, with line breaks replaced. */
    private static String quoted(String text) {
        return '"' + text.replaceAll("\\s*\\R\\s*", "; ").replace('"', '\'') + '"';
    }

    private static String millis(Duration took) {
        return String.format(Locale.ROOT, "%.3fms", took.toNanos() / 1e6);
    }
}
