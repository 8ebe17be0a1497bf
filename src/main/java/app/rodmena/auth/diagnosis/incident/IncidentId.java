package app.rodmena.auth.diagnosis.incident;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The ids of incidents, for example {@code 20261125-031140-118k}: the time in UTC with milliseconds, and a random
 * letter.
 */
final class IncidentId {
    static final Pattern PATTERN = Pattern.compile("\\d{8}-\\d{6}-\\d{3}[a-z]");

    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private IncidentId() {}

    static String at(Instant time) {
        return FORMAT.format(time) + (char) ('a' + ThreadLocalRandom.current().nextInt(26));
    }
}
