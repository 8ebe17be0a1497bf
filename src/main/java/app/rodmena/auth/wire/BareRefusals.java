package app.rodmena.auth.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.StreamConnection;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Gives a body to what Undertow refuses by itself. It answers what it can't parse with a 400 without a body and closes;
 * no handler gets to see that. Answers of our own always have a body and are let through as they are.
 */
final class BareRefusals {
    private static final byte[] BAD_REQUEST = " 400 ".getBytes(US_ASCII);
    private static final byte[] NO_BODY = "content-length: 0\r\n".getBytes(US_ASCII);
    private static final int VERSION_LENGTH = "HTTP/1.1".length();

    private final int undertowsHeaderLimit;
    private final int ourHeaderLimit;
    /** Bytes read since something was last sent. Requests of a connection take turns, and so do their threads here. */
    private long unanswered;

    private BareRefusals(int undertowsHeaderLimit, int ourHeaderLimit) {
        this.undertowsHeaderLimit = undertowsHeaderLimit;
        this.ourHeaderLimit = ourHeaderLimit;
    }

    /** Watches a connection that was just accepted. */
    static void watch(StreamConnection connection, int undertowsHeaderLimit, int ourHeaderLimit) {
        BareRefusals refusals = new BareRefusals(undertowsHeaderLimit, ourHeaderLimit);
        var source = connection.getSourceChannel();
        source.setConduit(refusals.new Reading(source.getConduit()));
        var sink = connection.getSinkChannel();
        sink.setConduit(refusals.new Writing(sink.getConduit()));
    }

    private byte[] refusal() {
        boolean headerTooLarge = unanswered > undertowsHeaderLimit;
        int status = headerTooLarge ? 431 : 400;
        byte[] body = Json.bytes(Json.Failure.of(
                status,
                headerTooLarge
                        ? "The request's headers are larger than %d bytes".formatted(ourHeaderLimit)
                        : "The request is not valid HTTP"));
        byte[] head = """
                HTTP/1.1 %d %s\r
                Connection: close\r
                Content-Type: application/json\r
                Content-Length: %d\r
                \r
                """.formatted(
                        status, headerTooLarge ? "Request Header Fields Too Large" : "Bad Request", body.length)
                .getBytes(US_ASCII);
        return ByteBuffer.allocate(head.length + body.length)
                .put(head)
                .put(body)
                .array();
    }

    private static boolean isBare(ByteBuffer head) {
        return startsAt(head, head.position() + VERSION_LENGTH, BAD_REQUEST) && contains(head, NO_BODY);
    }

    private static boolean contains(ByteBuffer head, byte[] lowerCase) {
        for (int at = head.position(); at <= head.limit() - lowerCase.length; at++) {
            if (startsAt(head, at, lowerCase)) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsAt(ByteBuffer head, int at, byte[] lowerCase) {
        if (at + lowerCase.length > head.limit()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            if (Character.toLowerCase(head.get(at + i)) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    private final class Reading extends AbstractStreamSourceConduit<StreamSourceConduit> {
        Reading(StreamSourceConduit next) {
            super(next);
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            int read = super.read(target);
            unanswered += read;
            return read;
        }
    }

    private final class Writing extends AbstractStreamSinkConduit<StreamSinkConduit> {
        private ByteBuffer instead;

        Writing(StreamSinkConduit next) {
            super(next);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            if (instead == null && isBare(source)) {
                instead = ByteBuffer.wrap(refusal());
            }
            unanswered = 0;
            if (instead == null) {
                return super.write(source);
            }
            super.write(instead);
            if (instead.hasRemaining()) {
                // Nothing of the original counts as written until all of its replacement is; we are asked again.
                return 0;
            }
            instead = null;
            int written = source.remaining();
            source.position(source.limit());
            return written;
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            unanswered = 0;
            return super.write(sources, offset, length);
        }
    }
}
