package app.rodmena.auth.schema;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Formats times for responses and MBeans. */
public final class WireFormat {
    private WireFormat() {}

    /** Formats an instant in UTC with exactly three digits of milliseconds. */
    public static String time(Instant time) {
        // Instant.toString prints whole milliseconds with three digits, but whole seconds without a fraction.
        String text = time.truncatedTo(ChronoUnit.MILLIS).toString();
        return text.contains(".") ? text : text.replace("Z", ".000Z");
    }

    /** Converts to milliseconds, rounded to three decimal places: to the microsecond. */
    public static double millis(Duration duration) {
        return Math.round(duration.toNanos() / 1e3) / 1e3;
    }
}
