package app.rodmena.auth.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.io.DefaultIoCallback;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.xnio.IoUtils;

/**
 * A status and headers, with a body in memory or a stream. Immutable, so that one response may be sent many times.
 * Responses with a body must not be cached, unless a header allows it.
 */
public final class Response implements RequestHandler.Call {
    public static final String JSON = "application/json";
    public static final String TEXT = "text/plain; charset=utf-8";
    public static final String HTML = "text/html; charset=utf-8";

    private static final AttachmentKey<Boolean> TRUNCATED = AttachmentKey.create(Boolean.class);

    private static final IoCallback END_OR_MARK_TRUNCATED = new DefaultIoCallback() {
        @Override
        public void onException(HttpServerExchange exchange, Sender sender, IOException exception) {
            markTruncated(exchange);
            super.onException(exchange, sender, exception);
        }
    };

    private record Header(HttpString name, String value) {}

    /** The body of every error response. */
    private record ErrorBody(
            boolean success, int code, String message, Map<String, Object> details, Instant timestamp) {}

    private final int status;
    /** The content type; empty if there is no body. */
    private final String type;

    private final ByteBuffer body;
    /** Starts the stream; null if the body is in memory. */
    private final Consumer<HttpServerExchange> stream;

    private final List<Header> headers;

    private Response(
            int status, String type, ByteBuffer body, Consumer<HttpServerExchange> stream, List<Header> headers) {
        this.status = status;
        this.type = type;
        this.body = body;
        this.stream = stream;
        this.headers = headers;
    }

    /**
     * A response with a body.
     *
     * @param body not copied; must not be modified afterwards
     */
    public static Response of(int status, String type, byte[] body) {
        return new Response(status, type, ByteBuffer.wrap(body).asReadOnlyBuffer(), null, List.of());
    }

    /** A response in JSON; see {@link #of}. */
    public static Response json(int status, byte[] json) {
        return of(status, JSON, json);
    }

    public static Response text(String text) {
        return of(200, TEXT, text.getBytes(UTF_8));
    }

    /** A response without content. */
    public static Response empty(int status) {
        return of(status, "", new byte[0]);
    }

    public static Response error(int status, String message) {
        return error(status, message, Map.of());
    }

    public static Response error(int status, String message, Map<String, Object> details) {
        return json(status, ApiJson.bytes(new ErrorBody(false, status, message, details, Instant.now())));
    }

    /**
     * A response whose body is written later.
     *
     * @param start called on the I/O thread; writes the body without blocking, and ends the exchange
     */
    public static Response stream(String type, Consumer<HttpServerExchange> start) {
        return new Response(200, type, ByteBuffer.allocate(0), start, List.of());
    }

    /** A response with the content of a file, which must not be a symbolic link. Its bytes do not pass the heap. */
    public static Response file(String type, Path file) {
        return stream(type, exchange -> sendFile(exchange, file));
    }

    private static void sendFile(HttpServerExchange exchange, Path file) {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            exchange.setStatusCode(404).endExchange(); // Deleted since the request was accepted
            return;
        }
        exchange.addExchangeCompleteListener((completed, next) -> {
            IoUtils.safeClose(channel);
            next.proceed();
        });
        try {
            exchange.setResponseContentLength(channel.size());
            if (exchange.getRequestMethod().equals(Methods.HEAD)) {
                exchange.endExchange();
            } else {
                exchange.getResponseSender().transferFrom(channel, END_OR_MARK_TRUNCATED);
            }
        } catch (IOException e) {
            END_OR_MARK_TRUNCATED.onException(exchange, exchange.getResponseSender(), e);
        }
    }

    public Response with(HttpString name, String value) {
        List<Header> extended = new ArrayList<>(headers);
        extended.add(new Header(name, value));
        return new Response(status, type, body, stream, List.copyOf(extended));
    }

    /** The same response, compressed. */
    Response gzipped() {
        return new Response(
                        status, type, ByteBuffer.wrap(Gzip.compress(bytes())).asReadOnlyBuffer(), stream, headers)
                .with(Headers.CONTENT_ENCODING, "gzip");
    }

    /** The body in memory. */
    byte[] bytes() {
        byte[] bytes = new byte[size()];
        body.duplicate().get(bytes);
        return bytes;
    }

    /** The same response with a header that closes the connection. */
    public Response closing() {
        return with(Headers.CONNECTION, "close");
    }

    /** Marks an exchange whose connection ends before the whole response was sent. */
    public static void markTruncated(HttpServerExchange exchange) {
        exchange.putAttachment(TRUNCATED, true);
    }

    /** Whether the client can have received the whole response, once the exchange is complete. */
    public static boolean isComplete(HttpServerExchange exchange) {
        return exchange.isResponseStarted() && exchange.getAttachment(TRUNCATED) == null;
    }

    /** Bytes of the body in memory. */
    int size() {
        return body.remaining();
    }

    /** Sends the response and ends the exchange. Never blocks. The calling thread must own the exchange. */
    public void send(HttpServerExchange exchange) {
        // Undertow has a fast path for its own callback. A small response fits the operating system's send buffer, so
        // that it cannot be truncated.
        send(exchange, ResponseBudget.isSmall(size()) ? IoCallback.END_EXCHANGE : END_OR_MARK_TRUNCATED);
    }

    void send(HttpServerExchange exchange, IoCallback onSent) {
        if (Http2Connection.isReset(exchange)) {
            Http2Connection.terminate(exchange);
            return;
        }
        setStatusAndHeaders(exchange);
        if (stream != null) {
            stream.accept(exchange);
            return;
        }
        if (!type.isEmpty()) {
            exchange.setResponseContentLength(size());
        }
        exchange.getResponseSender().send(body.duplicate(), onSent);
    }

    /** Sets the status and the headers of a response whose body the caller sends. */
    public void setStatusAndHeaders(HttpServerExchange exchange) {
        exchange.setStatusCode(status);
        HeaderMap responseHeaders = exchange.getResponseHeaders();
        if (!type.isEmpty()) {
            responseHeaders.put(Headers.CONTENT_TYPE, type).put(Headers.CACHE_CONTROL, "no-store");
        }
        for (Header header : headers) {
            responseHeaders.put(header.name(), header.value());
        }
    }

    @Override
    public void run(HttpServerExchange exchange, byte[] requestBody) {
        send(exchange);
    }
}
