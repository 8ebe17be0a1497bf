package app.rodmena.auth.pool.event;

import app.rodmena.auth.common.LogThrottle;
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
        Level level = event.kind().level();
        if (event.kind().isRepeated()) {
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

    /** One line, such as {@code checkout connection=3 pid=4123 wait=0.214ms route="GET /api/roles" tenant=5f1c…}. */
    public static String line(PoolEvent event) {
        StringBuilder line = new StringBuilder(160).append(event.kind().wireName());
        if (event.connectionId() != 0) {
            line.append(" connection=").append(event.connectionId());
            line.append(" pid=").append(event.backendPid() == 0 ? "unknown" : event.backendPid());
        }
        if (!event.took().isZero()) {
            line.append(' ')
                    .append(event.kind().measure().wireName())
                    .append('=')
                    .append(millis(event.took()));
        }
        if (!event.caller().equals(CallContext.POOL)) {
            line.append(" route=").append(quoted(event.caller().route()));
            line.append(" tenant=").append(event.caller().tenant().get());
            if (event.caller().count() > 1) {
                line.append(" callers=").append(event.caller().count());
            }
            line.append(event.caller().ids().logFields());
        }
        line.append(" thread=").append(event.thread());
        return line.append(cause(event)).toString();
    }

    private static String cause(PoolEvent event) {
        return event.cause().isEmpty() ? "" : " cause=" + quoted(event.cause());
    }

    /** Quotes a text from PostgreSQL or an embedder, with line breaks replaced. */
    private static String quoted(String text) {
        return '"' + text.replaceAll("\\s*\\R\\s*", "; ").replace('"', '\'') + '"';
    }

    private static String millis(Duration took) {
        return String.format(Locale.ROOT, "%.3fms", took.toNanos() / 1e6);
    }
}
