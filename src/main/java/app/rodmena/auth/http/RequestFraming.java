package app.rodmena.auth.http;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;

/**
 * Validates the framing of the requests of a connection by RFC 9112, against request smuggling. Undertow's parser is
 * lenient: it accepts LF instead of CR LF, folded headers, a Content-Length modulo 2^64 and any character in a chunk's
 * size, so that a proxy in front could see other request boundaries in the same bytes. Not thread-safe: used by the
 * connection's I/O thread only.
 */
final class RequestFraming {
    private static final String CONTENT_LENGTH = "content-length";
    private static final String TRANSFER_ENCODING = "transfer-encoding";
    private static final int MAX_LENGTH_DIGITS = 18;
    private static final int MAX_CHUNK_SIZE_DIGITS = 13;
    private static final int MAX_CHUNK_EXTENSION = 256;

    /** Longer than any valid value of the two headers that are read. */
    private static final int MAX_VALUE_LENGTH = 64;

    private static final long HTTP_1_1_BYTES = 0x485454502F312E31L;

    private static final boolean[] IS_TOKEN_CHARACTER = tokenCharacters();

    private enum State {
        START,
        START_LF,
        REQUEST_LINE,
        REQUEST_LINE_LF,
        LINE_START,
        NAME,
        VALUE,
        VALUE_LF,
        SECTION_LF,
        BODY,
        CHUNK_SIZE,
        CHUNK_EXTENSION,
        CHUNK_SIZE_LF,
        CHUNK_DATA,
        CHUNK_DATA_CR,
        CHUNK_DATA_LF
    }

    private final int maxTrailerBytes;
    private final StringBuilder value = new StringBuilder();

    private State state = State.START;
    private String problem;
    private boolean inBody;
    private long lastEightBytes;
    private boolean http11;

    /** The framing header whose value is being read; null for other headers. */
    private String header;

    private int nameLength;
    private boolean mayBeLength;
    private boolean mayBeEncoding;
    private long length;
    private boolean chunked;

    /** Remaining bytes of the body or the chunk. */
    private long remaining;

    /** The number of digits of a chunk's size, then the number of bytes of its extension. */
    private int digits;

    private int trailerBytes;

    /** @param maxTrailerBytes maximum size of the trailers of a request */
    RequestFraming(int maxTrailerBytes) {
        this.maxTrailerBytes = maxTrailerBytes;
    }

    /** The reason why the request is invalid; empty while it is valid. */
    Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /** Whether the head was valid, so that the request has been parsed and may have been answered. */
    boolean isInBody() {
        return inBody;
    }

    /**
     * Validates the next bytes.
     *
     * @return the end of the bytes that Undertow may parse: {@code to} if all are valid; the position of the error if a
     *     body is invalid; if a head is invalid, its start, or {@code from} if it started in earlier bytes
     */
    int scan(ByteBuffer bytes, int from, int to) {
        int requestStart = from;
        int position = from;
        while (position < to && problem == null) {
            if (state == State.BODY || state == State.CHUNK_DATA) {
                int part = (int) Math.min(remaining, to - position);
                position += part;
                remaining -= part;
                if (remaining == 0) {
                    state = state == State.BODY ? State.START : State.CHUNK_DATA_CR;
                }
            } else {
                accept(bytes.get(position));
                position++;
            }
            if (state == State.START) {
                requestStart = position;
                inBody = false;
            }
        }
        if (problem == null) {
            return to;
        }
        return inBody ? position - 1 : requestStart;
    }

    private void accept(byte next) {
        switch (state) {
            case START -> {
                if (next == '\r') {
                    state = State.START_LF;
                } else {
                    beginRequest();
                    requestLine(next);
                }
            }
            case START_LF -> lineFeed(next, State.START);
            case REQUEST_LINE -> requestLine(next);
            case REQUEST_LINE_LF -> lineFeed(next, State.LINE_START);
            case LINE_START -> {
                if (next == '\r') {
                    state = State.SECTION_LF;
                } else if (next == ' ' || next == '\t') {
                    problem = "a header must not be folded";
                } else {
                    beginHeader();
                    name(next);
                }
            }
            case NAME -> name(next);
            case VALUE -> value(next);
            case VALUE_LF -> {
                lineFeed(next, State.LINE_START);
                endHeader();
            }
            case SECTION_LF -> endSection(next);
            case CHUNK_SIZE -> chunkSize(next);
            case CHUNK_EXTENSION -> chunkExtension(next);
            case CHUNK_SIZE_LF -> {
                lineFeed(next, remaining > 0 ? State.CHUNK_DATA : State.LINE_START);
                trailerBytes = 0;
            }
            case CHUNK_DATA_CR -> {
                if (next == '\r') {
                    state = State.CHUNK_DATA_LF;
                } else {
                    problem = "a chunk is longer than its size";
                }
            }
            case CHUNK_DATA_LF -> {
                lineFeed(next, State.CHUNK_SIZE);
                remaining = 0;
                digits = 0;
            }
            case BODY, CHUNK_DATA -> throw new IllegalStateException("not read byte by byte: " + state);
        }
        if (inBody && (state == State.NAME || state == State.VALUE) && ++trailerBytes > maxTrailerBytes) {
            problem = "the trailers are larger than %s bytes".formatted(maxTrailerBytes);
        }
    }

    private void beginRequest() {
        state = State.REQUEST_LINE;
        lastEightBytes = 0;
        length = -1;
        chunked = false;
    }

    private void requestLine(byte next) {
        if (next == '\r') {
            http11 = lastEightBytes == HTTP_1_1_BYTES;
            state = State.REQUEST_LINE_LF;
        } else if (isControl(next)) {
            problem = controlProblem(next);
        } else {
            lastEightBytes = (lastEightBytes << 8) | (next & 0xff);
        }
    }

    private void beginHeader() {
        state = State.NAME;
        nameLength = 0;
        mayBeLength = true;
        mayBeEncoding = true;
    }

    private void name(byte next) {
        if (next == ':' && nameLength > 0) {
            if (mayBeLength && nameLength == CONTENT_LENGTH.length()) {
                header = CONTENT_LENGTH;
            } else if (mayBeEncoding && nameLength == TRANSFER_ENCODING.length()) {
                header = TRANSFER_ENCODING;
            } else {
                header = null;
            }
            value.setLength(0);
            state = State.VALUE;
        } else if (next < 0 || !IS_TOKEN_CHARACTER[next]) {
            problem = next == '\n' ? controlProblem(next) : "a header's name has an invalid character";
        } else {
            mayBeLength = mayBeLength && matchesNext(CONTENT_LENGTH, next);
            mayBeEncoding = mayBeEncoding && matchesNext(TRANSFER_ENCODING, next);
            nameLength++;
        }
    }

    private boolean matchesNext(String name, byte next) {
        return nameLength < name.length() && name.charAt(nameLength) == (next | 0x20);
    }

    private void value(byte next) {
        if (next == '\r') {
            state = State.VALUE_LF;
        } else if (isControl(next) && next != '\t') {
            problem = controlProblem(next);
        } else if (header != null && value.append((char) (next & 0xff)).length() > MAX_VALUE_LENGTH) {
            problem = header + ": is longer than " + MAX_VALUE_LENGTH + " characters";
        }
    }

    private void endHeader() {
        if (header == null || problem != null) {
            return;
        }
        String text = value.toString().trim();
        if (inBody) {
            problem = header + ": must not be a trailer";
        } else if (header.equals(CONTENT_LENGTH)) {
            if (length >= 0 || !isLength(text)) {
                problem = "content-length: must be one number of at most %s digits".formatted(MAX_LENGTH_DIGITS);
            } else {
                length = Long.parseLong(text);
            }
        } else if (chunked || !http11 || !text.toLowerCase(Locale.ROOT).equals("chunked")) {
            problem = "transfer-encoding: must be chunked, once, and only in HTTP/1.1";
        } else {
            chunked = true;
        }
    }

    private static boolean isLength(String text) {
        return !text.isEmpty()
                && text.length() <= MAX_LENGTH_DIGITS
                && text.chars().allMatch(character -> character >= '0' && character <= '9');
    }

    /** Handles the end of a head or of trailers. */
    private void endSection(byte next) {
        lineFeed(next, State.START);
        if (inBody || problem != null) {
            return;
        }
        if (chunked && length >= 0) {
            problem = "content-length and transfer-encoding exclude each other";
        } else if (chunked) {
            inBody = true;
            state = State.CHUNK_SIZE;
            remaining = 0;
            digits = 0;
        } else if (length > 0) {
            inBody = true;
            state = State.BODY;
            remaining = length;
        }
    }

    private void chunkSize(byte next) {
        int digit = Character.digit((char) (next & 0xff), 16);
        if (digit >= 0 && digits < MAX_CHUNK_SIZE_DIGITS) {
            remaining = (remaining << 4) | digit;
            digits++;
        } else if (digits > 0 && next == '\r') {
            state = State.CHUNK_SIZE_LF;
        } else if (digits > 0 && next == ';') {
            state = State.CHUNK_EXTENSION;
            digits = 0;
        } else {
            problem = "a chunk's size must be 1 to %s hexadecimal digits".formatted(MAX_CHUNK_SIZE_DIGITS);
        }
    }

    private void chunkExtension(byte next) {
        if (next == '\r') {
            state = State.CHUNK_SIZE_LF;
        } else if (isControl(next) && next != '\t') {
            problem = controlProblem(next);
        } else if (++digits > MAX_CHUNK_EXTENSION) {
            problem = "a chunk's extension is longer than %s bytes".formatted(MAX_CHUNK_EXTENSION);
        }
    }

    private void lineFeed(byte next, State then) {
        if (next == '\n') {
            state = then;
        } else {
            problem = "a line must end in CR LF";
        }
    }

    private static boolean isControl(byte next) {
        return (next >= 0 && next < ' ') || next == 0x7f;
    }

    private static String controlProblem(byte next) {
        return next == '\n' ? "a line must end in CR LF" : "the head has a control character";
    }

    private static boolean[] tokenCharacters() {
        boolean[] token = new boolean[128];
        for (char character = '!'; character < 0x7f; character++) {
            token[character] = "\"(),/:;<=>?@[\\]{}".indexOf(character) < 0;
        }
        return token;
    }
}
