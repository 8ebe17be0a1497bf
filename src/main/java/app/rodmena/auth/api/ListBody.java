package app.rodmena.auth.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.http.WireJson;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** Writes a long list as JSON, row by row, in chunks. Not thread-safe. */
final class ListBody<T> implements Consumer<T> {
    /** Size of a chunk, and the room in the budget that a list needs to be started. */
    static final int CHUNK_BYTES = 32 * 1024;

    private final ListResponse response;
    private final ListShape<T> shape;
    private final ByteArrayOutputStream chunk = new ByteArrayOutputStream(CHUNK_BYTES + 1024);
    private boolean first = true;

    ListBody(ListResponse response, ListShape<T> shape) {
        this.response = response;
        this.shape = shape;
    }

    @Override
    public void accept(T row) {
        if (first) {
            chunk.writeBytes(shape.opening().getBytes(UTF_8));
        } else {
            chunk.write(',');
        }
        first = false;
        chunk.writeBytes(WireJson.bytes(shape.row().apply(row)));
        if (chunk.size() >= CHUNK_BYTES) {
            flush();
        }
    }

    /** Ends the body, after the last row. */
    void end(long count) {
        chunk.writeBytes(((first ? shape.opening() : "") + shape.closing().apply(count)).getBytes(UTF_8));
        flush();
        response.end();
    }

    private void flush() {
        response.write(chunk.toByteArray());
        chunk.reset();
    }
}
