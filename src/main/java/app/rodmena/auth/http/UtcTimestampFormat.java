package app.rodmena.auth.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Formats times as UTC without a zone, with microseconds: {@code 2026-11-23T15:35:24.130938}. Thread-safe. The text of
 * the last second is cached, because almost all times are in the current second.
 */
public final class UtcTimestampFormat {
    /** The length of a time in bytes. */
    public static final int LENGTH = 26;

    private static final DateTimeFormatter SECONDS_FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static volatile Second latest = Second.of(Instant.EPOCH);

    /** A second, with the common prefix of its times. */
    private record Second(long sinceEpoch, String text) {
        static Second of(Instant time) {
            return new Second(time.getEpochSecond(), SECONDS_FORMAT.format(time));
        }
    }

    private UtcTimestampFormat() {}

    public static String text(Instant time) {
        byte[] text = new byte[LENGTH];
        write(time, text, 0);
        return new String(text, ISO_8859_1);
    }

    /** Writes {@link #LENGTH} bytes. */
    public static void write(Instant time, byte[] buffer, int offset) {
        Second second = latest;
        if (second.sinceEpoch != time.getEpochSecond()) {
            second = Second.of(time);
            latest = second;
        }
        int seconds = second.text.length();
        for (int i = 0; i < seconds; i++) {
            buffer[offset + i] = (byte) second.text.charAt(i);
        }
        int micros = time.getNano() / 1000;
        for (int digit = offset + LENGTH - 1; digit >= offset + seconds; digit--) {
            buffer[digit] = (byte) ('0' + micros % 10);
            micros /= 10;
        }
    }
}
