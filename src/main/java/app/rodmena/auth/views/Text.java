package app.rodmena.auth.views;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Times as clients see them. */
public final class Text {
    private Text() {}

    /** In UTC, to the millisecond. */
    public static String time(Instant time) {
        // Nanoseconds of a whole millisecond always print as three digits, but for those of a whole second
        String text = time.truncatedTo(ChronoUnit.MILLIS).toString();
        return text.contains(".") ? text : text.replace("Z", ".000Z");
    }

    /** With three digits after the point: to the microsecond. */
    public static double millis(Duration duration) {
        return Math.round(duration.toNanos() / 1e3) / 1e3;
    }

    /** The same; -1 for a time without end, since open types have no empty numbers. */
    public static double millisOrNone(Optional<Duration> duration) {
        return duration.map(Text::millis).orElse(-1.0);
    }
}
