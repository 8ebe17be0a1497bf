package app.rodmena.auth.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.http.ApiJson;
import app.rodmena.auth.http.Gzip;
import app.rodmena.auth.http.Response;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * The JSON form of a list, written as a whole or row by row.
 *
 * @param rowMapper converts a row to the value to serialize
 * @param responseFactory creates the response from the converted rows
 * @param opening the text before the rows of a list written row by row
 * @param closing creates the text after the rows from their number
 */
record ListFormat<T>(
        Function<? super T, ?> rowMapper,
        Function<List<?>, Response> responseFactory,
        String opening,
        LongFunction<String> closing) {

    /** {@code {"result": [...]}} with rows that are written as they are. */
    static <T> ListFormat<T> bare() {
        return bare(Function.identity());
    }

    /** {@code {"result": [...]}} */
    static <T> ListFormat<T> bare(Function<? super T, ?> rowMapper) {
        return new ListFormat<>(rowMapper, ResponseBodies::bare, "{\"result\":[", count -> "]}");
    }

    /** A wrapped list: the rows are the data. */
    static <T> ListFormat<T> wrapped(String message, Function<? super T, ?> rowMapper) {
        return new ListFormat<>(
                rowMapper,
                rows -> ResponseBodies.wrapped(message, rows),
                prefix(message) + "[",
                count -> "]" + suffix());
    }

    /**
     * A wrapped list: the data has the number of rows, and the rows in a field. In a list written row by row, the
     * number comes last, because it is not known earlier.
     */
    static <T> ListFormat<T> counted(String message, String field, Function<? super T, ?> rowMapper) {
        return new ListFormat<>(
                rowMapper,
                rows -> {
                    Map<String, Object> data = new LinkedHashMap<>();
                    data.put("count", rows.size());
                    data.put(field, rows);
                    return ResponseBodies.wrapped(message, data);
                },
                prefix(message) + "{" + json(field) + ":[",
                count -> "],\"count\":" + count + "}" + suffix());
    }

    /** The response for a list in memory. */
    Response toResponse(List<T> rows) {
        return responseFactory.apply(rows.stream().map(rowMapper).toList());
    }

    private static String prefix(String message) {
        return "{\"success\":true,\"code\":200,\"message\":" + json(message) + ",\"data\":";
    }

    private static String suffix() {
        return ",\"timestamp\":" + json(Instant.now()) + "}";
    }

    private static String json(Object value) {
        return new String(ApiJson.bytes(value), UTF_8);
    }

    /** Writes a long list as JSON, row by row, in chunks; compressed, if the client accepts that. Not thread-safe. */
    static final class Writer<T> implements Consumer<T>, AutoCloseable {
        /** Size of a chunk. A list starts only if the budget has room for one. */
        static final int CHUNK_BYTES = 32 * 1024;

        private final ListResponse response;
        private final ListFormat<T> format;
        private final ByteArrayOutputStream chunk = new ByteArrayOutputStream(CHUNK_BYTES + 1024);
        private final PrintStream body;

        private boolean first = true;
        private volatile boolean closed;

        Writer(ListResponse response, ListFormat<T> format) {
            this.response = response;
            this.format = format;
            try {
                // Compressing rows one by one would take more time in calls of the compressor than in it.
                OutputStream bytes =
                        response.isGzipped() ? new BufferedOutputStream(new Gzip.Stream(chunk), CHUNK_BYTES) : chunk;
                body = new PrintStream(bytes, false, UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** @throws IllegalStateException if the list was closed, so that its reader stops */
        @Override
        public void accept(T row) {
            if (closed) { // The stream itself would discard the row
                throw new IllegalStateException("the list is closed");
            }
            body.print(first ? format.opening() : ",");
            first = false;
            body.writeBytes(ApiJson.bytes(format.rowMapper().apply(row)));
            if (chunk.size() >= CHUNK_BYTES) {
                flush();
            }
        }

        /** Ends the body, after the last row. */
        void end(long count) {
            body.print((first ? format.opening() : "") + format.closing().apply(count));
            body.close();
            flush();
            response.end();
        }

        /** Releases the memory of the compressor, whether or not the body has ended. */
        @Override
        public void close() {
            closed = true;
            body.close();
        }

        private void flush() {
            response.write(chunk.toByteArray());
            chunk.reset();
        }
    }
}
