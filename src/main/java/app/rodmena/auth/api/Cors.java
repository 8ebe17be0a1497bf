package app.rodmena.auth.api;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;
import java.util.Set;

/** Decides which pages of other origins may read the responses: none, unless configured. Immutable. */
final class Cors {
    private static final HttpString ALLOW_ORIGIN = new HttpString("Access-Control-Allow-Origin");
    private static final HttpString ALLOW_METHODS = new HttpString("Access-Control-Allow-Methods");
    private static final HttpString ALLOW_HEADERS = new HttpString("Access-Control-Allow-Headers");
    private static final HttpString EXPOSE_HEADERS = new HttpString("Access-Control-Expose-Headers");
    private static final HttpString MAX_AGE = new HttpString("Access-Control-Max-Age");
    private static final HttpString REQUEST_METHOD = new HttpString("Access-Control-Request-Method");

    private final Set<String> origins;
    private final boolean any;

    Cors(List<String> origins) {
        this.origins = Set.copyOf(origins);
        this.any = this.origins.contains("*");
    }

    /** Sets the headers that let the requesting page read the response, if its origin is configured. */
    void addHeaders(HttpServerExchange exchange) {
        if (origins.isEmpty()) {
            return;
        }
        HeaderMap responseHeaders = exchange.getResponseHeaders();
        if (!any) {
            responseHeaders.put(Headers.VARY, "Origin");
        }
        if (allows(exchange)) {
            responseHeaders.put(
                    ALLOW_ORIGIN, any ? "*" : exchange.getRequestHeaders().getFirst(Headers.ORIGIN));
            responseHeaders.put(EXPOSE_HEADERS, "Allow, Link, Retry-After, WWW-Authenticate, X-Request-ID");
        }
    }

    /** Sets the headers of the response to a preflight request, if its origin is configured. */
    void addPreflightHeaders(HttpServerExchange exchange, String allow) {
        if (exchange.getRequestHeaders().contains(REQUEST_METHOD) && allows(exchange)) {
            HeaderMap responseHeaders = exchange.getResponseHeaders();
            responseHeaders.put(ALLOW_METHODS, allow);
            responseHeaders.put(ALLOW_HEADERS, "Authorization, Content-Type, Last-Event-ID, traceparent, X-Request-ID");
            responseHeaders.put(MAX_AGE, "600");
        }
    }

    private boolean allows(HttpServerExchange exchange) {
        String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
        return origin != null && (any || origins.contains(origin));
    }
}
