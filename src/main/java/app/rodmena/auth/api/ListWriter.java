package app.rodmena.auth.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.http.ApiJson;
import app.rodmena.auth.http.Gzip;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/** Writes a long list as JSON, row by row, in chunks; compressed, if the client accepts that. Not thread-safe. */
final class ListWriter<T> implements Consumer<T>, AutoCloseable {
    /** Size of a chunk. A list starts only if the budget has room for one. */
    static final int CHUNK_BYTES = 32 * 1024;

    private final ListResponse response;
    private final ListFormat<T> format;
    private final ByteArrayOutputStream chunk = new ByteArrayOutputStream(CHUNK_BYTES + 1024);
    /** Writes into the chunk. */
    private final OutputStream body;

    private boolean first = true;

    ListWriter(ListResponse response, ListFormat<T> format) {
        this.response = response;
        this.format = format;
        try {
            // Compressing rows one by one would take more time in calls of the compressor than in it.
            body = response.isGzipped() ? new BufferedOutputStream(new Gzip.Stream(chunk), CHUNK_BYTES) : chunk;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void accept(T row) {
        write(first ? format.opening() : ",");
        first = false;
        write(ApiJson.bytes(format.rowMapper().apply(row)));
        if (chunk.size() >= CHUNK_BYTES) {
            flush();
        }
    }

    /** Ends the body, after the last row. */
    void end(long count) {
        write((first ? format.opening() : "") + format.closing().apply(count));
        close();
        flush();
        response.end();
    }

    /** Releases the memory of the compressor, whether or not the body has ended. */
    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String text) {
        write(text.getBytes(UTF_8));
    }

    private void write(byte[] bytes) {
        try {
            body.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void flush() {
        response.write(chunk.toByteArray());
        chunk.reset();
    }
}
