package app.rodmena.auth.diagnosis;

import java.time.Duration;
import java.util.Locale;

/** Formats durations, numbers and statements for sentences and tables. */
public final class Formats {
    private Formats() {}

    /**
     * For example {@code 1.9 ms}, {@code 340 ms}, {@code 12.4 s}, {@code 42 s}, {@code 3 min 20 s}, {@code 2 h 5 min},
     * {@code 3 d 4 h}.
     */
    public static String time(Duration time) {
        long millis = Math.max(0, time.toMillis());
        if (millis < 10) {
            long tenth = Math.max(0, time.toNanos()) / 100_000;
            return (tenth % 10 == 0 ? String.valueOf(tenth / 10) : tenth / 10 + "." + tenth % 10) + " ms";
        }
        if (millis < 1_000) {
            return millis + " ms";
        }
        long seconds = millis / 1_000;
        if (seconds < 60) {
            long tenth = millis % 1_000 / 100;
            return tenth == 0 ? seconds + " s" : seconds + "." + tenth + " s";
        }
        if (seconds < 3_600) {
            return twoUnits(seconds / 60, "min", seconds % 60, "s");
        }
        return seconds < 86_400
                ? twoUnits(seconds / 3_600, "h", seconds % 3_600 / 60, "min")
                : twoUnits(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h");
    }

    private static String twoUnits(long large, String largeUnit, long small, String smallUnit) {
        return small == 0
                ? "%s %s".formatted(large, largeUnit)
                : "%s %s %s %s".formatted(large, largeUnit, small, smallUnit);
    }

    /** For example {@code 1 request} or {@code 37 requests}. */
    static String count(int number, String singular, String plural) {
        return number + " " + (number == 1 ? singular : plural);
    }

    /** For example {@code a lock on auth_group}. */
    static String lock(String what) {
        if (what.isEmpty()) {
            return "a lock";
        }
        return what.contains("lock ") ? what : "a lock on " + what;
    }

    /** The application_name of a session, or its role if it has none. */
    static String client(String application, String user) {
        return application.isEmpty() ? "user " + user : application;
    }

    /** For example {@code 830} or {@code 1.4}: one decimal place below 10. */
    static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 10 ? "%.1f" : "%.0f", perSecond);
    }

    /** The name in the leading comment of a statement; without one, the first 60 characters. */
    public static String statement(String sql) {
        int end = sql.startsWith("/* ") ? sql.indexOf(" */") : -1;
        if (end > 0) {
            return sql.substring(3, end);
        }
        return shortened(sql.replaceAll("\\s+", " ").strip(), 60);
    }

    /** The text, or its beginning and an ellipsis if it is longer. */
    public static String shortened(String text, int maxLength) {
        return text.length() <= maxLength ? text : text.substring(0, maxLength - 1) + "…";
    }
}
