package app.rodmena.auth.common;

/** The first line of a message, for errors and log lines of one line. */
public final class FirstLine {
    private FirstLine() {}

    /** Returns the text up to the first line break; {@code null} becomes the text "null". */
    public static String of(String message) {
        return String.valueOf(message).lines().findFirst().orElse("");
    }
}
