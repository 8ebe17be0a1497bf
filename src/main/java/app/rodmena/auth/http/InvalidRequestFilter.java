package app.rodmena.auth.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.xnio.StreamConnection;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Answers invalid HTTP with a JSON error, and closes the connection. Requests that {@link RequestFraming} finds invalid
 * never reach Undertow's parser. Undertow answers requests that it cannot parse with a 400 without a body, which no
 * handler sees; this class replaces that response by one with a body. The server's own responses always have a body and
 * pass unchanged.
 */
final class InvalidRequestFilter {
    private static final byte[] BAD_REQUEST = " 400 ".getBytes(US_ASCII);
    private static final String NO_BODY = "content-length: 0\r\n";
    private static final int VERSION_LENGTH = "HTTP/1.1".length();

    /**
     * Maximum number of bytes read before a refused connection is closed: unread bytes would reset the connection, and
     * the response would be lost.
     */
    private static final int MAX_DISCARDED_BYTES = 256 * 1024;

    private final int undertowMaxHeaderBytes;
    private final int maxHeaderBytes;
    private final RequestFraming framing;
    /** Bytes read since the last write. Needs no lock, because the requests of a connection are handled one by one. */
    private long bytesSinceWrite;

    private InvalidRequestFilter(int undertowMaxHeaderBytes, int maxHeaderBytes) {
        this.undertowMaxHeaderBytes = undertowMaxHeaderBytes;
        this.maxHeaderBytes = maxHeaderBytes;
        this.framing = new RequestFraming(maxHeaderBytes);
    }

    static void install(StreamConnection connection, int undertowMaxHeaderBytes, int maxHeaderBytes) {
        InvalidRequestFilter filter = new InvalidRequestFilter(undertowMaxHeaderBytes, maxHeaderBytes);
        var source = connection.getSourceChannel();
        var sink = connection.getSinkChannel();
        source.setConduit(filter.new RequestConduit(source.getConduit(), sink.getConduit()));
        sink.setConduit(filter.new ResponseConduit(sink.getConduit()));
    }

    /** Sends a 400, and discards the input; the caller closes the connection. */
    static void refuse(StreamSourceConduit requests, StreamSinkConduit responses, String message) throws IOException {
        responses.write(ByteBuffer.wrap(errorResponse(400, message)));
        responses.terminateWrites();
        responses.flush();
        ByteBuffer discarded = ByteBuffer.allocate(16 * 1024);
        for (int remaining = MAX_DISCARDED_BYTES; remaining > 0 && requests.read(discarded.clear()) > 0; ) {
            remaining -= discarded.position();
        }
    }

    private byte[] errorResponse() {
        return bytesSinceWrite > undertowMaxHeaderBytes
                ? errorResponse(431, "The request's headers are larger than %s bytes".formatted(maxHeaderBytes))
                : errorResponse(400, "The request is not valid HTTP");
    }

    private static byte[] errorResponse(int status, String message) {
        byte[] body = Response.error(status, message).bytes();
        String reason = status == 431 ? "Request Header Fields Too Large" : "Bad Request";
        return """
                HTTP/1.1 %s %s\r
                Connection: close\r
                Content-Type: application/json\r
                Content-Length: %s\r
                \r
                %s""".formatted(status, reason, body.length, new String(body, UTF_8))
                .getBytes(UTF_8);
    }

    private static boolean isEmptyBadRequest(ByteBuffer head) {
        int statusAt = head.position() + VERSION_LENGTH;
        if (statusAt + BAD_REQUEST.length > head.limit()) {
            return false;
        }
        for (int i = 0; i < BAD_REQUEST.length; i++) {
            if (head.get(statusAt + i) != BAD_REQUEST[i]) {
                return false;
            }
        }
        return US_ASCII.decode(head.duplicate())
                .toString()
                .toLowerCase(Locale.ROOT)
                .contains(NO_BODY);
    }

    private final class RequestConduit extends PeekingConduit {
        private final StreamSinkConduit responses;

        private RequestConduit(StreamSourceConduit next, StreamSinkConduit responseSink) {
            super(next);
            this.responses = responseSink;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            if (framing.problem().isPresent()) {
                throw refuse();
            }
            int start = target.position();
            int read = super.read(target);
            if (read <= 0) {
                return read;
            }
            bytesSinceWrite += read;
            int valid = framing.scan(target, start, start + read) - start;
            if (framing.problem().isEmpty()) {
                return read;
            }
            target.position(start + valid);
            if (valid == 0) {
                throw refuse();
            }
            // Earlier requests are answered first; the wakeup repeats the read, even if the client sends no more
            if (isReadResumed()) {
                wakeupReads();
            }
            return valid;
        }

        @Override
        public void resumeReads() {
            if (framing.problem().isPresent()) {
                wakeupReads();
            } else {
                super.resumeReads();
            }
        }

        /** Writes the response to the connection, because an unparsed request has no exchange. */
        private IOException refuse() throws IOException {
            String problem = framing.problem().orElseThrow();
            if (bytesSinceWrite > 0 || !framing.isInBody()) {
                InvalidRequestFilter.refuse(next, responses, "The request is not valid HTTP: " + problem);
                bytesSinceWrite = 0;
            }
            return new IOException(problem);
        }
    }

    private final class ResponseConduit extends AbstractStreamSinkConduit<StreamSinkConduit> {
        private ByteBuffer replacement;

        ResponseConduit(StreamSinkConduit next) {
            super(next);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            if (replacement == null && isEmptyBadRequest(source)) {
                replacement = ByteBuffer.wrap(errorResponse());
            }
            bytesSinceWrite = 0;
            if (replacement == null) {
                return super.write(source);
            }
            super.write(replacement);
            if (replacement.hasRemaining()) {
                // The original counts as written only when the replacement is complete; Undertow calls again.
                return 0;
            }
            replacement = null;
            int written = source.remaining();
            source.position(source.limit());
            return written;
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            bytesSinceWrite = 0;
            return super.write(sources, offset, length);
        }

        @Override
        public int writeFinal(ByteBuffer source) throws IOException {
            bytesSinceWrite = 0;
            return super.writeFinal(source);
        }

        @Override
        public long writeFinal(ByteBuffer[] sources, int offset, int length) throws IOException {
            bytesSinceWrite = 0;
            return super.writeFinal(sources, offset, length);
        }
    }
}
