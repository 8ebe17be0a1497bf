package app.rodmena.auth.jmx.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.common.Json;
import app.rodmena.auth.http.HttpError;
import app.rodmena.auth.http.OperatorAccess;
import app.rodmena.auth.security.AuditLog;
import app.rodmena.auth.security.OperatorSession;
import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.OriginCheck;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jolokia.json.JSONObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks a request before Jolokia handles it: path, method, Host and origin, login, body size, and that it is neither a
 * proxy request nor JSONP. Rejected requests get an error response. Thread-safe.
 */
final class JolokiaSecurityFilter implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger("auth.jolokia");
    private static final int MAX_BODY_BYTES = 256 * 1024;
    private static final String CONTEXT = "/jolokia";

    private final OperatorAccess access;
    private final HttpHandler jolokia;

    JolokiaSecurityFilter(OriginCheck originCheck, Operators operators, HttpHandler jolokia) {
        this.access = new OperatorAccess(originCheck, operators, LOG);
        this.jolokia = jolokia;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Headers responseHeaders = exchange.getResponseHeaders();
        responseHeaders.set("X-Content-Type-Options", "nosniff");
        responseHeaders.set("Cache-Control", "no-store");
        try {
            checkPathAndMethod(exchange);
            checkOrigin(exchange);
            byte[] body = body(exchange);
            OperatorSession session = login(exchange);
            checkContent(exchange, body);
            exchange.setStreams(new ByteArrayInputStream(body), null);
            session.execute(() -> {
                jolokia.handle(exchange);
                return null;
            });
        } catch (HttpError e) {
            if (e.status() == 403) {
                String path = exchange.getRequestURI().getRawPath();
                AuditLog.denied(
                        address(exchange), "%s %s: %s".formatted(exchange.getRequestMethod(), path, e.getMessage()));
            }
            refuse(exchange, e);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static void checkPathAndMethod(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        if (!path.equals(CONTEXT) && !path.startsWith(CONTEXT + "/")) {
            throw new HttpError(404, "No such path");
        }
        if (path.replace("/", "").startsWith("jolokiaconfig")) {
            throw new HttpError(403, "the configuration cannot be read or changed by requests");
        }
        if (!List.of("GET", "POST").contains(exchange.getRequestMethod())) {
            throw new HttpError(405, "This path takes GET and POST").with("Allow", "GET, POST");
        }
    }

    private void checkOrigin(HttpExchange exchange) {
        Optional<String> refusal = access.originCheck()
                .refusalReason(
                        exchange.getLocalAddress().getAddress(),
                        name -> exchange.getRequestHeaders().getOrDefault(name, List.of()));
        refusal.ifPresent(reason -> {
            throw new HttpError(403, reason);
        });
    }

    private OperatorSession login(HttpExchange exchange) {
        try {
            // Blocks only this request's thread
            return access.login(exchange.getRequestHeaders().getFirst("Authorization"), address(exchange))
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof HttpError error ? error : e;
        }
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            throw new HttpError(413, "The request's body is larger than %s bytes".formatted(MAX_BODY_BYTES));
        }
        return body;
    }

    /** Refuses JSONP: with a callback the response is a script, which a page of any site can load. */
    private static void checkContent(HttpExchange exchange, byte[] body) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        if (query != null && query.contains("callback=")) {
            throw new HttpError(403, "JSONP (callback) is not supported");
        }
        if (exchange.getRequestMethod().equals("POST")) {
            checkJson(parsed(body));
        }
    }

    /** Jackson limits the depth, Jolokia does not: a deep value would overflow the stack when a response repeats it. */
    private static JsonNode parsed(byte[] body) throws IOException {
        try {
            return Json.STRICT_READER.readTree(new String(body, UTF_8));
        } catch (JacksonException e) {
            throw HttpError.badRequest("The body is not JSON, or nested too deeply");
        }
    }

    /** Refuses requests to another JVM, and a body that is neither a request nor a list of them. */
    private static void checkJson(JsonNode body) {
        for (JsonNode request : body.isArray() ? body : List.of(body)) {
            if (!request.isObject()) {
                throw HttpError.badRequest("The body must be a request or a list of requests");
            }
            if (request.has("target") || request.path("options").has("target")) {
                throw new HttpError(403, "proxy requests (target) are not supported");
            }
        }
    }

    private static String address(HttpExchange exchange) {
        return exchange.getRemoteAddress().getAddress().getHostAddress();
    }

    private static void refuse(HttpExchange exchange, HttpError refusal) throws IOException {
        JSONObject json = new JSONObject();
        json.put("status", refusal.status());
        json.put("error_type", SecurityException.class.getName());
        json.put("error", "Denied: " + refusal.getMessage());
        byte[] body = json.toJSONString().getBytes(UTF_8);
        refusal.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        boolean hasBody = !exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(refusal.status(), hasBody ? body.length : -1);
        if (hasBody) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }
}
