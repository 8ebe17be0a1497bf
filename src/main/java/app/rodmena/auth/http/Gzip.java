package app.rodmena.auth.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Compresses bodies as fast as gzip can. */
public final class Gzip {
    /** Shorter bodies are not compressed. */
    private static final int MIN_BYTES = 2048;

    private Gzip() {}

    /**
     * Compresses what is written to it. The caller closes it, or the memory of the compressor waits for a collection.
     */
    public static final class Stream extends GZIPOutputStream {
        public Stream(OutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    /** Whether the client accepts gzip by name. */
    public static boolean isAccepted(HttpServerExchange exchange) {
        String accepted = exchange.getRequestHeaders().getFirst(Headers.ACCEPT_ENCODING);
        return ContentNegotiation.accepts(Objects.requireNonNullElse(accepted, ""), "gzip");
    }

    /** The response to send: compressed, if it is long and the client accepts that. */
    public static Response compressed(Response response, HttpServerExchange exchange) {
        if (response.size() < MIN_BYTES) {
            return response;
        }
        vary(exchange);
        return isAccepted(exchange) ? response.gzipped() : response;
    }

    /** Sets the header for a response that depends on whether the client accepts gzip. */
    public static void vary(HttpServerExchange exchange) {
        exchange.getResponseHeaders().add(Headers.VARY, Headers.ACCEPT_ENCODING_STRING);
    }

    static byte[] compress(byte[] body) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length / 4);
        try (Stream stream = new Stream(compressed)) {
            stream.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return compressed.toByteArray();
    }
}
