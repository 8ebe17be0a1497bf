package app.rodmena.auth.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.http.WireJson;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * The JSON form of a list, written as a whole or row by row.
 *
 * @param row converts a row to the value to serialize
 * @param frame converts the converted rows to a response
 * @param opening the text before the rows of a list written row by row
 * @param closing the text after them, given their number
 */
record ListShape<T>(
        Function<? super T, ?> row, Function<List<?>, Response> frame, String opening, LongFunction<String> closing) {

    /** {@code {"result": [...]}} */
    static <T> ListShape<T> bare(Function<? super T, ?> row) {
        return new ListShape<>(row, Response::bare, "{\"result\":[", count -> "]}");
    }

    /** A wrapped list: the rows are the data. */
    static <T> ListShape<T> wrapped(String message, Function<? super T, ?> row) {
        return new ListShape<>(
                row, rows -> Response.wrapped(message, rows), prefix(message) + "[", count -> "]" + suffix());
    }

    /**
     * A wrapped list: the data has the rows in a field, and their number. In a list written row by row the number comes
     * last, because it is not known before.
     */
    static <T> ListShape<T> counted(String message, String field, Function<? super T, ?> row) {
        return new ListShape<>(
                row,
                rows -> {
                    Map<String, Object> data = new LinkedHashMap<>();
                    data.put("count", rows.size());
                    data.put(field, rows);
                    return Response.wrapped(message, data);
                },
                prefix(message) + "{" + json(field) + ":[",
                count -> "],\"count\":" + count + "}" + suffix());
    }

    /** The response for a list in memory. */
    Response whole(List<T> rows) {
        return frame.apply(rows.stream().map(row).toList());
    }

    private static String prefix(String message) {
        return "{\"success\":true,\"code\":200,\"message\":" + json(message) + ",\"data\":";
    }

    private static String suffix() {
        return ",\"timestamp\":" + json(Instant.now()) + "}";
    }

    private static String json(Object value) {
        return new String(WireJson.bytes(value), UTF_8);
    }
}
