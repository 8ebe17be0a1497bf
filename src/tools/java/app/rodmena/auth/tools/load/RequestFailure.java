package app.rodmena.auth.tools.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A failed request.
 *
 * @param status the response's status; 0 without a response
 * @param detail a description in one line
 */
record RequestFailure(LoadFailure failure, int status, String detail) {
    private static final int MAX_DETAIL_LENGTH = 160;

    static RequestFailure unanswered(LoadFailure failure, String detail) {
        return new RequestFailure(failure, 0, line(detail));
    }

    static RequestFailure answered(LoadFailure failure, int status, ByteBuffer body) {
        return new RequestFailure(
                failure,
                status,
                line(StandardCharsets.UTF_8.decode(body.duplicate()).toString()));
    }

    private static String line(String text) {
        String printable = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return printable.length() > MAX_DETAIL_LENGTH ? printable.substring(0, MAX_DETAIL_LENGTH) + "..." : printable;
    }
}
