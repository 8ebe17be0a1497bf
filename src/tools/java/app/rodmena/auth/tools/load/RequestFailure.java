package app.rodmena.auth.tools.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A failed request.
 *
 * @param status the response's status; 0 without a response
 * @param detail a description in one line
 */
record RequestFailure(Kind kind, int status, String detail) {
    private static final int MAX_DETAIL_LENGTH = 160;

    static RequestFailure unanswered(Kind kind, String detail) {
        return new RequestFailure(kind, 0, line(detail));
    }

    static RequestFailure answered(Kind kind, int status, ByteBuffer body) {
        return new RequestFailure(
                kind,
                status,
                line(StandardCharsets.UTF_8.decode(body.duplicate()).toString()));
    }

    private static String line(String text) {
        String printable = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return printable.length() > MAX_DETAIL_LENGTH ? printable.substring(0, MAX_DETAIL_LENGTH) + "..." : printable;
    }

    /** The ways in which a request can fail. */
    public enum Kind {
        /** A status other than 200. */
        STATUS,
        /** Status 200 with a wrong body. */
        WRONG_ANSWER,
        /** No response within the timeout. */
        TIMEOUT,
        /** The connection was lost before the response was complete. */
        CONNECTION_LOST,
        /** The connection attempt failed. */
        CONNECT
    }
}
