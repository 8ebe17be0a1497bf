package app.rodmena.auth.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;

/** Sizes of a request's head. Stateless. */
final class RequestHead {
    private RequestHead() {}

    /** Bytes of the request target. */
    static int targetSize(HttpServerExchange exchange) {
        return exchange.getRequestURI().length() + exchange.getQueryString().length();
    }

    /** Bytes of the request target and of all headers. */
    static int size(HttpServerExchange exchange) {
        HeaderMap headers = exchange.getRequestHeaders();
        int size = targetSize(exchange);
        for (long at = headers.fastIterateNonEmpty(); at != -1; at = headers.fiNextNonEmpty(at)) {
            HeaderValues values = headers.fiCurrent(at);
            for (int i = 0; i < values.size(); i++) {
                // Includes ": " and CR LF
                size += values.getHeaderName().length() + values.get(i).length() + 4;
            }
        }
        return size;
    }
}
