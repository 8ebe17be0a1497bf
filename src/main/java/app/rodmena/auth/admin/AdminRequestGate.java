package app.rodmena.auth.admin;

import app.rodmena.auth.admin.AdminRoutes.Match;
import app.rodmena.auth.operators.AllowedHosts;
import app.rodmena.auth.operators.AuditLog;
import app.rodmena.auth.operators.OriginCheck;
import app.rodmena.auth.wire.RequestHead;
import app.rodmena.auth.wire.RequestPath;
import app.rodmena.auth.wire.RequestPath.MalformedPathException;
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
    private final AdminRoutes pages;
    private final AllowedHosts names;
    private final int maxHeaderBytes;

    AdminRequestGate(AdminRoutes pages, AllowedHosts names, int maxHeaderBytes) {
        this.pages = pages;
        this.names = names;
        this.maxHeaderBytes = maxHeaderBytes;
    }

    Match judge(HttpServerExchange exchange) throws Refusal {
        if (RequestHead.size(exchange) > maxHeaderBytes) {
            throw new Refusal(
                    Reply.error(431, "The request's headers are larger than %s bytes".formatted(maxHeaderBytes)));
        }
        admitSender(exchange);
        Match match = pages.find(path(exchange)).orElseThrow(() -> new Refusal(Reply.error(404, "No such path")));
        String method = exchange.getRequestMethod().toString();
        String allow = match.place().allow();
        if (method.equals("OPTIONS")) {
            throw new Refusal(Reply.allow(allow));
        }
        if (!match.place().takes(method)) {
            throw new Refusal(Reply.error(405, "This path does not take that method; it takes " + allow)
                    .with(Headers.ALLOW, allow));
        }
        if (match.place().changes() && !isJson(exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE))) {
            throw new Refusal(Reply.error(415, "The body must be JSON, with Content-Type: application/json"));
        }
        return match;
    }

    static String address(HttpServerExchange exchange) {
        return exchange.getSourceAddress().getAddress().getHostAddress();
    }

    private void admitSender(HttpServerExchange exchange) throws Refusal {
        Optional<String> objection = OriginCheck.refusalReason(
                names, exchange.getDestinationAddress().getAddress(), header -> {
                    HeaderValues values = exchange.getRequestHeaders().get(header);
                    return values == null ? List.of() : values;
                });
        if (objection.isPresent()) {
            AuditLog.denied(
                    address(exchange),
                    "%s %s: %s".formatted(exchange.getRequestMethod(), exchange.getRequestPath(), objection.get()));
            throw new Refusal(Reply.error(403, "Denied: " + objection.get()));
        }
    }

    private static String path(HttpServerExchange exchange) throws Refusal {
        try {
            return RequestPath.of(exchange);
        } catch (MalformedPathException e) {
            throw new Refusal(Reply.error(400, "The path is not percent-encoded UTF-8"));
        }
    }

    private static boolean isJson(String contentType) {
        return contentType != null
                && contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(Reply.JSON);
    }
}
