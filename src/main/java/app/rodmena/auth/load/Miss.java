package app.rodmena.auth.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A failed request.
 *
 * @param status the response's status; 0 without a response
 * @param detail one line for people
 */
record Miss(Failure failure, int status, String detail) {
    private static final int LONGEST_DETAIL = 160;

    static Miss unanswered(Failure failure, String detail) {
        return new Miss(failure, 0, line(detail));
    }

    static Miss answered(Failure failure, int status, ByteBuffer body) {
        return new Miss(
                failure,
                status,
                line(StandardCharsets.UTF_8.decode(body.duplicate()).toString()));
    }

    private static String line(String text) {
        String printable = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return printable.length() > LONGEST_DETAIL ? printable.substring(0, LONGEST_DETAIL) + "..." : printable;
    }
}
