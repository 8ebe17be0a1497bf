package app.rodmena.auth.diagnosis.history;

import app.rodmena.auth.common.InvalidParameterException;
import app.rodmena.auth.schema.WireFormat;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A period in the history. Immutable.
 *
 * @param to the end, exclusive
 */
public record HistoryPeriod(Instant from, Instant to) {
    private static final String ALLOWED =
            "must be a time such as 14:02 (the whole minute), 14:02:30 or 2026-11-23T14:02:30Z, or an age such as"
                    + " -10m (the minute that begins then) or -45s";

    private static final Pattern AGE = Pattern.compile("-(\\d{1,6})([sm])");

    /**
     * Reads a period: the second or minute {@code at}, or {@code from} until {@code to}, by default until now. Unused
     * parameters are empty.
     *
     * @throws InvalidParameterException if a parameter is malformed or missing, or the period is empty
     */
    public static HistoryPeriod parse(String at, String from, String to, Instant now) {
        if (!at.isEmpty()) {
            if (!from.isEmpty() || !to.isEmpty()) {
                throw new InvalidParameterException("at: cannot be combined with from and to");
            }
            return point("at", at, now);
        }
        if (from.isEmpty()) {
            throw new InvalidParameterException("from: is missing; " + ALLOWED);
        }
        Instant start = point("from", from, now).from;
        Instant end = to.isEmpty() ? now : point("to", to, now).to;
        if (!start.isBefore(end)) {
            throw new InvalidParameterException("to: '%s' is not after from: '%s'".formatted(to, from));
        }
        return new HistoryPeriod(start, end);
    }

    boolean isSecond() {
        return Duration.between(from, to).compareTo(Duration.ofSeconds(1)) <= 0;
    }

    boolean contains(Instant time) {
        return !time.isBefore(from) && time.isBefore(to);
    }

    /**
     * The part of this period for which there is a history.
     *
     * @throws InvalidParameterException if there is none
     */
    HistoryPeriod within(Instant oldest, Instant newest) {
        String kept = "the history is kept from %s to %s".formatted(WireFormat.time(oldest), WireFormat.time(newest));
        if (from.isAfter(newest)) {
            throw new InvalidParameterException("%s is in the future; %s".formatted(WireFormat.time(from), kept));
        }
        if (!to.isAfter(oldest)) {
            throw new InvalidParameterException("%s is too long ago; %s".formatted(WireFormat.time(from), kept));
        }
        return new HistoryPeriod(
                from.isBefore(oldest) ? oldest : from, to.isAfter(newest) && !isSecond() ? newest : to);
    }

    /** The second or the minute that a text names. */
    private static HistoryPeriod point(String name, String text, Instant now) {
        Matcher age = AGE.matcher(text);
        if (age.matches()) {
            boolean isSeconds = age.group(2).equals("s");
            Duration unit = isSeconds ? Duration.ofSeconds(1) : Duration.ofMinutes(1);
            Instant start = now.truncatedTo(ChronoUnit.SECONDS).minus(unit.multipliedBy(Long.parseLong(age.group(1))));
            return new HistoryPeriod(start, start.plus(unit));
        }
        try {
            boolean isMinute = text.matches("(.*T)?\\d\\d:\\d\\d(Z|[+-]\\d\\d:?\\d\\d)?");
            Instant start =
                    text.contains("T") ? OffsetDateTime.parse(text).toInstant() : clock(LocalTime.parse(text), now);
            return new HistoryPeriod(start, start.plus(isMinute ? Duration.ofMinutes(1) : Duration.ofSeconds(1)));
        } catch (DateTimeException e) {
            throw new InvalidParameterException(
                    "%s: '%s'; %s".formatted(name, text.replaceAll("\\p{Cntrl}", "?"), ALLOWED));
        }
    }

    /** The time of this clock that is closest to now: shortly after midnight, 23:59 is yesterday. */
    private static Instant clock(LocalTime time, Instant now) {
        Instant today = now.atOffset(ZoneOffset.UTC).with(time).toInstant();
        if (today.isAfter(now.plus(Duration.ofHours(12)))) {
            return today.minus(Duration.ofDays(1));
        }
        return today.isBefore(now.minus(Duration.ofHours(12))) ? today.plus(Duration.ofDays(1)) : today;
    }
}
