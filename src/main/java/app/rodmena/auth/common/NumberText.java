package app.rodmena.auth.common;

import java.util.Locale;

/** Formats numbers for readers, independent of the default locale. */
public final class NumberText {
    private NumberText() {}

    /** With commas between thousands: {@code 12,500}. */
    public static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** With this many digits after the point, and commas between thousands: {@code 1,250.4}. */
    public static String decimal(double number, int digits) {
        return String.format(Locale.ROOT, "%,." + digits + "f", number);
    }
}
