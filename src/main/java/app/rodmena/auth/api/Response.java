package app.rodmena.auth.api;

import app.rodmena.auth.http.ApiJson;
import app.rodmena.auth.http.ResponseBudget;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A status, headers and a JSON body. Immutable, so that one response may be sent many times. */
final class Response implements GateResult {
    private static final Response TRUE = json(200, new ResponseBodies.Bare(true));
    private static final Response FALSE = json(200, new ResponseBodies.Bare(false));

    private static final IoCallback END_OR_MARK_TRUNCATED = new IoCallback() {
        @Override
        public void onComplete(HttpServerExchange exchange, Sender sender) {
            END_EXCHANGE.onComplete(exchange, sender);
        }

        @Override
        public void onException(HttpServerExchange exchange, Sender sender, IOException exception) {
            InFlight.markTruncated(exchange);
            END_EXCHANGE.onException(exchange, sender, exception);
        }
    };

    private record Header(HttpString name, String value) {}

    private final int status;
    private final ByteBuffer body;
    private final List<Header> headers;

    private Response(int status, ByteBuffer body, List<Header> headers) {
        this.status = status;
        this.body = body;
        this.headers = headers;
    }

    static Response json(int status, Object value) {
        return json(status, ApiJson.bytes(value));
    }

    /** @param json not copied; must not be modified afterwards */
    static Response json(int status, byte[] json) {
        return new Response(status, ByteBuffer.wrap(json).asReadOnlyBuffer(), List.of());
    }

    static Response bare(Object result) {
        if (result instanceof Boolean bool) {
            return bool ? TRUE : FALSE;
        }
        return json(200, new ResponseBodies.Bare(result));
    }

    static Response wrapped(String message, Object data) {
        return json(200, ResponseBodies.Wrapped.of(message, data));
    }

    static Response error(int status, String message) {
        return error(status, message, Map.of());
    }

    static Response error(int status, String message, Map<String, Object> details) {
        return json(status, ApiJson.ErrorBody.of(status, message, details));
    }

    /** A response without content, for OPTIONS. */
    static Response empty() {
        return new Response(204, ByteBuffer.allocate(0), List.of());
    }

    Response with(HttpString name, String value) {
        List<Header> extended = new ArrayList<>(headers);
        extended.add(new Header(name, value));
        return new Response(status, body, List.copyOf(extended));
    }

    /** The same response with a header that closes the connection. */
    Response closing() {
        return with(Headers.CONNECTION, "close");
    }

    /** Sets the status and the headers common to all responses with a JSON body. */
    static void setStatusAndHeaders(HttpServerExchange exchange, int status) {
        exchange.setStatusCode(status);
        exchange.getResponseHeaders()
                .put(Headers.CONTENT_TYPE, "application/json")
                .put(Headers.CACHE_CONTROL, "no-store");
    }

    /** Bytes of the body. */
    int size() {
        return body.remaining();
    }

    /** Sends the response and ends the exchange. Never blocks. The calling thread must own the exchange. */
    void send(HttpServerExchange exchange) {
        // Undertow has a fast path for its own callback. A small response fits the operating system's send buffer, so
        // that it cannot be truncated.
        send(exchange, ResponseBudget.isSmall(size()) ? IoCallback.END_EXCHANGE : END_OR_MARK_TRUNCATED);
    }

    void send(HttpServerExchange exchange, IoCallback onSent) {
        HeaderMap responseHeaders = exchange.getResponseHeaders();
        for (Header header : headers) {
            responseHeaders.put(header.name(), header.value());
        }
        if (status == 204) {
            exchange.setStatusCode(status);
        } else {
            setStatusAndHeaders(exchange, status);
            exchange.setResponseContentLength(body.remaining());
        }
        exchange.getResponseSender().send(body.duplicate(), onSent);
    }
}
