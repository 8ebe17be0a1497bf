package app.rodmena.auth.api;

import app.rodmena.auth.api.RequestDeadline.InvalidDeadlineException;
import app.rodmena.auth.api.RouteTree.Match;
import app.rodmena.auth.http.RequestHead;
import app.rodmena.auth.http.RequestPath;
import app.rodmena.auth.http.RequestPath.MalformedPathException;
import app.rodmena.auth.pool.event.Cancellation;
import app.rodmena.auth.rbac.ClientKey;
import app.rodmena.auth.rbac.InvalidValueException;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.util.function.BiFunction;

/**
 * Checks the head of a request: sizes, then the path, then the method, then the client key, then the deadline. The
 * names in the path are validated later, by the route's action. Runs on the I/O thread and does not read the body.
 */
final class RequestGate {
    private static final int MAX_TARGET_BYTES = 8 * 1024;
    private static final String SCHEME = "Bearer ";

    private final RouteTree routes;
    private final Cors cors;
    private final int maxHeaderBytes;

    RequestGate(RouteTree routes, Cors cors, int maxHeaderBytes) {
        this.routes = routes;
        this.cors = cors;
        this.maxHeaderBytes = maxHeaderBytes;
    }

    GateResult check(HttpServerExchange exchange, InFlight.Request request) {
        cors.addHeaders(exchange);
        if (RequestHead.targetSize(exchange) > MAX_TARGET_BYTES) {
            return ErrorResponses.targetTooLong(MAX_TARGET_BYTES);
        }
        if (RequestHead.size(exchange) > maxHeaderBytes) {
            return ErrorResponses.headerTooLarge(maxHeaderBytes);
        }
        // HTTP methods are case-sensitive; compare the method as sent.
        String method = exchange.getRequestMethod().toString();
        if (method.equals(Route.CONNECT)) {
            return ErrorResponses.methodNotAllowed(RouteTree.ALL_METHODS);
        }
        if (method.equals(Route.OPTIONS) && exchange.getRequestURI().equals("*")) {
            return Response.empty().with(Headers.ALLOW, RouteTree.ALL_METHODS);
        }
        try {
            Match match = routes.find(RequestPath.of(exchange));
            return match == null ? ErrorResponses.notFound() : route(exchange, request, method, match);
        } catch (MalformedPathException e) {
            return ErrorResponses.malformedPath();
        }
    }

    private GateResult route(HttpServerExchange exchange, InFlight.Request request, String method, Match match) {
        Route route = match.resource().route(method);
        if (route != null) {
            request.setRoute(route);
        }
        if (route instanceof Route.Keyed keyed) {
            return authenticate(
                    exchange,
                    request,
                    (key, cancellation) ->
                            new GateResult.PathCall(keyed, key, cancellation, match.first(), match.second()));
        }
        if (route instanceof Route.Listed listed) {
            return authenticate(
                    exchange,
                    request,
                    (key, cancellation) -> new GateResult.ListCall(listed, key, cancellation, match.first()));
        }
        if (route instanceof Route.Posted posted) {
            return authenticate(
                    exchange, request, (key, cancellation) -> new GateResult.BodyCall(posted, key, cancellation));
        }
        if (route instanceof Route.Open open) {
            return open.response().get();
        }
        String allow = match.resource().allow();
        if (method.equals(Route.OPTIONS)) {
            cors.addPreflightHeaders(exchange, allow);
            return Response.empty().with(Headers.ALLOW, allow);
        }
        return ErrorResponses.methodNotAllowed(allow);
    }

    private static GateResult authenticate(
            HttpServerExchange exchange,
            InFlight.Request request,
            BiFunction<ClientKey, Cancellation, GateResult> call) {
        String credentials = credentials(exchange.getRequestHeaders().get(Headers.AUTHORIZATION));
        if (credentials == null) {
            return ErrorResponses.keyMissing();
        }
        try {
            ClientKey key = ClientKey.parse(credentials);
            return call.apply(key, RequestDeadline.of(exchange.getRequestHeaders(), request.startNanos()));
        } catch (InvalidValueException | InvalidDeadlineException e) {
            return ErrorResponses.badRequest(e.getMessage());
        }
    }

    /** The token after {@code Bearer}; null unless there is exactly one such header with exactly one token. */
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
}
