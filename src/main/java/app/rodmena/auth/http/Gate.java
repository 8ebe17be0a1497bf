package app.rodmena.auth.http;

import app.rodmena.auth.http.RequestPath.MalformedPathException;
import app.rodmena.auth.http.RouteTree.Match;
import app.rodmena.auth.rbac.ClientKey;
import app.rodmena.auth.rbac.InvalidValueException;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.Protocols;
import java.util.function.Function;

/**
 * Who gets in: sizes, then the path, then the method, then the key; names are for the service to judge. Runs on the I/O
 * thread and touches nothing but the request's head.
 */
final class Gate {
    private static final int MAX_TARGET_BYTES = 8 * 1024;
    private static final String SCHEME = "Bearer ";

    private final RouteTree routes;
    private final Cors cors;
    private final int maxHeaderBytes;

    Gate(RouteTree routes, Cors cors, int maxHeaderBytes) {
        this.routes = routes;
        this.cors = cors;
        this.maxHeaderBytes = maxHeaderBytes;
    }

    Verdict judge(HttpServerExchange exchange) {
        cors.mark(exchange);
        int target =
                exchange.getRequestURI().length() + exchange.getQueryString().length();
        if (target > MAX_TARGET_BYTES) {
            return Refusals.targetTooLong(MAX_TARGET_BYTES);
        }
        if (target + size(exchange.getRequestHeaders()) > maxHeaderBytes) {
            return Refusals.headerTooLarge(maxHeaderBytes);
        }
        if (isFramedOddly(exchange)) {
            return Refusals.badRequest("Transfer-Encoding: only chunked, and only in HTTP/1.1")
                    .closing();
        }
        // As it was sent: to Undertow "get" is GET, to HTTP it is not.
        String method = exchange.getRequestMethod().toString();
        if (method.equals(Route.CONNECT)) {
            return Refusals.methodNotAllowed(RouteTree.EVERY_METHOD);
        }
        if (method.equals(Route.OPTIONS) && exchange.getRequestURI().equals("*")) {
            return Answer.empty().with(Headers.ALLOW, RouteTree.EVERY_METHOD);
        }
        try {
            Match match = routes.find(RequestPath.of(exchange));
            return match == null ? Refusals.notFound() : judge(exchange, method, match);
        } catch (MalformedPathException e) {
            return Refusals.malformedPath();
        }
    }

    private Verdict judge(HttpServerExchange exchange, String method, Match match) {
        Route route = match.resource().route(method);
        if (route != null) {
            InFlight.name(exchange, route);
        }
        if (route instanceof Route.Keyed keyed) {
            return judge(exchange, key -> new Verdict.Named(keyed, key, match.first(), match.second()));
        }
        if (route instanceof Route.Posted posted) {
            return judge(exchange, key -> new Verdict.Posted(posted, key));
        }
        if (route instanceof Route.Open open) {
            return open.answer().get();
        }
        String allow = match.resource().allow();
        if (method.equals(Route.OPTIONS)) {
            cors.markPreflight(exchange, allow);
            return Answer.empty().with(Headers.ALLOW, allow);
        }
        return Refusals.methodNotAllowed(allow);
    }

    private static Verdict judge(HttpServerExchange exchange, Function<ClientKey, Verdict> ask) {
        String credentials = credentials(exchange.getRequestHeaders().get(Headers.AUTHORIZATION));
        if (credentials == null) {
            return Refusals.keyMissing();
        }
        try {
            return ask.apply(ClientKey.parse(credentials));
        } catch (InvalidValueException e) {
            return Refusals.badRequest(e.getMessage());
        }
    }

    /** What follows {@code Bearer}; null unless there is exactly one such header with exactly one word after it. */
    private static String credentials(HeaderValues headers) {
        if (headers == null || headers.size() != 1) {
            return null;
        }
        String header = headers.getFirst();
        if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        String credentials = header.substring(SCHEME.length()).strip();
        return credentials.isEmpty() || credentials.indexOf(' ') >= 0 || credentials.indexOf('\t') >= 0
                ? null
                : credentials;
    }

    /** Where a body ends must be beyond doubt: proxies that read it otherwise could be made to smuggle requests. */
    private static boolean isFramedOddly(HttpServerExchange exchange) {
        HeaderValues encodings = exchange.getRequestHeaders().get(Headers.TRANSFER_ENCODING);
        return encodings != null
                && (encodings.size() != 1
                        || !encodings.getFirst().equalsIgnoreCase("chunked")
                        || !exchange.getProtocol().equals(Protocols.HTTP_1_1));
    }

    private static int size(HeaderMap headers) {
        int size = 0;
        for (long at = headers.fastIterateNonEmpty(); at != -1; at = headers.fiNextNonEmpty(at)) {
            HeaderValues values = headers.fiCurrent(at);
            for (int i = 0; i < values.size(); i++) {
                // With ": " and the line's end.
                size += values.getHeaderName().length() + values.get(i).length() + 4;
            }
        }
        return size;
    }
}
