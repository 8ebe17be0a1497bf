package app.rodmena.auth.admin;

import app.rodmena.auth.admin.AdminRoutes.Match;
import app.rodmena.auth.http.RequestHead;
import app.rodmena.auth.http.RequestPath;
import app.rodmena.auth.http.RequestPath.MalformedPathException;
import app.rodmena.auth.security.AllowedHosts;
import app.rodmena.auth.security.AuditLog;
import app.rodmena.auth.security.OriginCheck;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Checks the head of a request: its size, its Host and Origin, its path, its method, and the content type of a change.
 * Runs on the I/O thread and does not read the body.
 */
final class AdminRequestGate {
    private final AdminRoutes routes;
    private final AllowedHosts allowedHosts;
    private final int maxHeaderBytes;

    AdminRequestGate(AdminRoutes adminRoutes, AllowedHosts hosts, int maxHeaderBytes) {
        this.routes = adminRoutes;
        this.allowedHosts = hosts;
        this.maxHeaderBytes = maxHeaderBytes;
    }

    Match check(HttpServerExchange exchange) throws RejectedRequestException {
        if (RequestHead.size(exchange) > maxHeaderBytes) {
            throw new RejectedRequestException(
                    Reply.error(431, "The request's headers are larger than %s bytes".formatted(maxHeaderBytes)));
        }
        checkOrigin(exchange);
        Match match = routes.find(path(exchange))
                .orElseThrow(() -> new RejectedRequestException(Reply.error(404, "No such path")));
        String method = exchange.getRequestMethod().toString();
        String allow = match.route().allow();
        if (method.equals("OPTIONS")) {
            throw new RejectedRequestException(Reply.allow(allow));
        }
        if (!match.route().accepts(method)) {
            throw new RejectedRequestException(Reply.error(405, "Method not allowed; this path allows " + allow)
                    .with(Headers.ALLOW, allow));
        }
        if (match.route().changes() && !isJson(exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE))) {
            throw new RejectedRequestException(
                    Reply.error(415, "The body must be JSON, with Content-Type: application/json"));
        }
        return match;
    }

    static String address(HttpServerExchange exchange) {
        return exchange.getSourceAddress().getAddress().getHostAddress();
    }

    private void checkOrigin(HttpServerExchange exchange) throws RejectedRequestException {
        Optional<String> refusalReason = OriginCheck.refusalReason(
                allowedHosts, exchange.getDestinationAddress().getAddress(), header -> {
                    HeaderValues values = exchange.getRequestHeaders().get(header);
                    return values == null ? List.of() : values;
                });
        if (refusalReason.isPresent()) {
            AuditLog.denied(
                    address(exchange),
                    "%s %s: %s".formatted(exchange.getRequestMethod(), exchange.getRequestPath(), refusalReason.get()));
            throw new RejectedRequestException(Reply.error(403, "Denied: " + refusalReason.get()));
        }
    }

    private static String path(HttpServerExchange exchange) throws RejectedRequestException {
        try {
            return RequestPath.of(exchange);
        } catch (MalformedPathException e) {
            throw new RejectedRequestException(Reply.error(400, "The path is not percent-encoded UTF-8"));
        }
    }

    private static boolean isJson(String contentType) {
        return contentType != null
                && contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(Reply.JSON);
    }
}
