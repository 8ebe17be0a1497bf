package app.rodmena.auth.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.http.ApiJson;
import io.undertow.io.IoCallback;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * A response that is complete in memory. Immutable.
 *
 * @param headers the headers except Content-Type; {@code Cache-Control} is {@code no-store} unless set here
 */
record Reply(int status, String type, ByteBuffer body, Map<HttpString, String> headers) implements ResponseWriter {
    static final String JSON = "application/json";
    static final String TEXT = "text/plain; charset=utf-8";
    static final String HTML = "text/html; charset=utf-8";

    private static final HttpString NOSNIFF = new HttpString("X-Content-Type-Options");
    private static final HttpString CONTENT_SECURITY_POLICY = new HttpString("Content-Security-Policy");
    private static final HttpString REFERRER = new HttpString("Referrer-Policy");

    /** Allows nothing from other origins, and no inline scripts or styles. Single-file pages set their own policy. */
    private static final String STRICT_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    static Reply of(int status, String type, byte[] body) {
        return new Reply(status, type, ByteBuffer.wrap(body).asReadOnlyBuffer(), Map.of());
    }

    static Reply json(Object value) {
        return of(200, JSON, AdminJson.bytes(value));
    }

    static Reply text(String text) {
        return of(200, TEXT, text.getBytes(UTF_8));
    }

    static Reply error(int status, String message) {
        return of(status, JSON, ApiJson.bytes(ApiJson.ErrorBody.of(status, message)));
    }

    /** A response without content, for OPTIONS. */
    static Reply allow(String methods) {
        return of(204, "", new byte[0]).with(Headers.ALLOW, methods);
    }

    static Reply redirect(String path) {
        return of(302, TEXT, (path + "\n").getBytes(UTF_8)).with(Headers.LOCATION, path);
    }

    /** A 304: the client's copy is current. */
    static Reply notModified() {
        return of(304, "", new byte[0]);
    }

    Reply with(HttpString name, String value) {
        Map<HttpString, String> extended = new HashMap<>(headers);
        extended.put(name, value);
        return new Reply(status, type, body, Map.copyOf(extended));
    }

    /** The same response with a header that closes the connection. */
    Reply closing() {
        return with(Headers.CONNECTION, "close");
    }

    /** Sets the headers against content sniffing, cross-site use and caching. */
    static void setSecurityHeaders(HttpServerExchange exchange) {
        exchange.getResponseHeaders().put(NOSNIFF, "nosniff");
        exchange.getResponseHeaders().put(CONTENT_SECURITY_POLICY, STRICT_POLICY);
        exchange.getResponseHeaders().put(REFERRER, "same-origin");
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
    }

    /** Sends the response and ends the exchange. */
    @Override
    public void send(HttpServerExchange exchange) {
        send(exchange, IoCallback.END_EXCHANGE);
    }

    void send(HttpServerExchange exchange, IoCallback then) {
        exchange.setStatusCode(status);
        setSecurityHeaders(exchange);
        headers.forEach((name, value) -> exchange.getResponseHeaders().put(name, value));
        if (!type.isEmpty()) {
            exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
            exchange.setResponseContentLength(body.remaining());
        }
        exchange.getResponseSender().send(body.duplicate(), then);
    }
}
