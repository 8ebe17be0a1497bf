package app.rodmena.auth.diagnosis;

import java.time.Duration;
import java.util.Locale;

/** How times and numbers are written for people. */
final class Formats {
    private Formats() {}

    /** As {@code 340 ms}, {@code 12.4 s}, {@code 42 s}, {@code 3 min 20 s}, {@code 2 h 5 min} or {@code 3 d 4 h}. */
    static String time(Duration time) {
        long millis = Math.max(0, time.toMillis());
        if (millis < 1_000) {
            return millis + " ms";
        }
        long seconds = millis / 1_000;
        if (seconds < 60) {
            long tenth = millis % 1_000 / 100;
            return tenth == 0 ? seconds + " s" : seconds + "." + tenth + " s";
        }
        if (seconds < 3_600) {
            return two(seconds / 60, "min", seconds % 60, "s");
        }
        return seconds < 86_400
                ? two(seconds / 3_600, "h", seconds % 3_600 / 60, "min")
                : two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h");
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return small == 0
                ? "%s %s".formatted(large, largeUnit)
                : "%s %s %s %s".formatted(large, largeUnit, small, smallUnit);
    }

    /** As {@code 1 request} or {@code 37 requests}. */
    static String count(int number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }

    /** As {@code 830} or {@code 1.4}. */
    static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 10 ? "%.1f" : "%.0f", perSecond);
    }

    /** A statement's name if it begins with one, else its beginning. */
    static String statement(String sql) {
        int end = sql.startsWith("/* ") ? sql.indexOf(" */") : -1;
        if (end > 0) {
            return sql.substring(3, end);
        }
        String line = sql.replaceAll("\\s+", " ").strip();
        return line.length() <= 60 ? line : line.substring(0, 59) + "…";
    }
}
