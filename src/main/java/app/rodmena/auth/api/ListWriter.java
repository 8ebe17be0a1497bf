package app.rodmena.auth.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.http.ApiJson;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** Writes a long list as JSON, row by row, in chunks. Not thread-safe. */
final class ListWriter<T> implements Consumer<T> {
    /** Size of a chunk. A list starts only if the budget has room for one. */
    static final int CHUNK_BYTES = 32 * 1024;

    private final ListResponse response;
    private final ListFormat<T> format;
    private final ByteArrayOutputStream chunk = new ByteArrayOutputStream(CHUNK_BYTES + 1024);
    private boolean first = true;

    ListWriter(ListResponse response, ListFormat<T> format) {
        this.response = response;
        this.format = format;
    }

    @Override
    public void accept(T row) {
        if (first) {
            chunk.writeBytes(format.opening().getBytes(UTF_8));
        } else {
            chunk.write(',');
        }
        first = false;
        chunk.writeBytes(ApiJson.bytes(format.rowMapper().apply(row)));
        if (chunk.size() >= CHUNK_BYTES) {
            flush();
        }
    }

    /** Ends the body, after the last row. */
    void end(long count) {
        chunk.writeBytes(((first ? format.opening() : "") + format.closing().apply(count)).getBytes(UTF_8));
        flush();
        response.end();
    }

    private void flush() {
        response.write(chunk.toByteArray());
        chunk.reset();
    }
}
