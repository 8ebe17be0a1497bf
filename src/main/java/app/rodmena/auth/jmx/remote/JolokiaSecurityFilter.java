package app.rodmena.auth.jmx.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.security.AllowedHosts;
import app.rodmena.auth.security.AuditLog;
import app.rodmena.auth.security.OperatorSession;
import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.OriginCheck;
import app.rodmena.auth.security.TooManyLoginAttemptsException;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jolokia.json.JSONArray;
import org.jolokia.json.JSONObject;
import org.jolokia.json.parser.JSONParser;
import org.jolokia.json.parser.ParseException;
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

    private final AllowedHosts names;
    private final Operators operators;
    private final HttpHandler jolokia;

    JolokiaSecurityFilter(AllowedHosts allowedHosts, Operators operators, HttpHandler jolokia) {
        this.names = allowedHosts;
        this.operators = operators;
        this.jolokia = jolokia;
    }

    private static final class RejectedRequestException extends Exception {
        private static final long serialVersionUID = 1;
        private final int status;

        RejectedRequestException(int status, String reason) {
            super(reason);
            this.status = status;
        }
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
        } catch (RejectedRequestException e) {
            if (e.status == 403) {
                AuditLog.denied(
                        address(exchange),
                        "%s %s: %s"
                                .formatted(
                                        exchange.getRequestMethod(),
                                        exchange.getRequestURI().getRawPath(),
                                        e.getMessage()));
            }
            refuse(exchange, e);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static void checkPathAndMethod(HttpExchange exchange) throws RejectedRequestException {
        String path = exchange.getRequestURI().getPath();
        if (!path.equals(CONTEXT) && !path.startsWith(CONTEXT + "/")) {
            throw new RejectedRequestException(404, "No such path");
        }
        if (path.replace("/", "").startsWith("jolokiaconfig")) {
            throw new RejectedRequestException(403, "the configuration cannot be read or changed by requests");
        }
        if (!List.of("GET", "POST").contains(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", "GET, POST");
            throw new RejectedRequestException(405, "This path takes GET and POST");
        }
    }

    private void checkOrigin(HttpExchange exchange) throws RejectedRequestException {
        Headers headers = exchange.getRequestHeaders();
        Optional<String> refusalReason = OriginCheck.refusalReason(
                names, exchange.getLocalAddress().getAddress(), name -> headers.getOrDefault(name, List.of()));
        if (refusalReason.isPresent()) {
            throw new RejectedRequestException(403, refusalReason.get());
        }
    }

    private OperatorSession login(HttpExchange exchange) throws RejectedRequestException {
        String address = address(exchange);
        // Blocks only this request's thread
        Optional<OperatorSession> session;
        try {
            session = operators
                    .loginByHeader(exchange.getRequestHeaders().getFirst("Authorization"), address)
                    .join();
        } catch (CompletionException e) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            if (e.getCause() instanceof TooManyLoginAttemptsException tooMany) {
                throw new RejectedRequestException(429, tooMany.getMessage());
            }
            LOG.error("The login of a client at {} could not be verified", address, e);
            throw new RejectedRequestException(503, "The login could not be verified; see the server's log");
        }
        return session.orElseThrow(() -> {
            exchange.getResponseHeaders().set("WWW-Authenticate", Operators.CHALLENGE);
            return new RejectedRequestException(401, "An operator's name and password are required");
        });
    }

    private static byte[] body(HttpExchange exchange) throws IOException, RejectedRequestException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            throw new RejectedRequestException(
                    413, "The request's body is larger than %s bytes".formatted(MAX_BODY_BYTES));
        }
        return body;
    }

    /** Refuses JSONP: with a callback the response is a script, which a page of any site can load. */
    private static void checkContent(HttpExchange exchange, byte[] body) throws IOException, RejectedRequestException {
        String query = exchange.getRequestURI().getQuery();
        if (query != null && query.contains("callback=")) {
            throw new RejectedRequestException(403, "JSONP (callback) is not supported");
        }
        if (exchange.getRequestMethod().equals("POST")) {
            try {
                checkJson(new JSONParser().parse(new String(body, UTF_8)));
            } catch (ParseException | RuntimeException | StackOverflowError e) {
                throw new RejectedRequestException(400, "The body is not JSON");
            }
        }
    }

    private static void checkJson(Object request) throws RejectedRequestException {
        if (request instanceof JSONArray requests) {
            for (Object element : requests) {
                checkJson(element);
            }
        } else if (request instanceof JSONObject fields) {
            if (fields.containsKey("target")
                    || (fields.get("options") instanceof JSONObject options && options.containsKey("target"))) {
                throw new RejectedRequestException(403, "proxy requests (target) are not supported");
            }
        }
    }

    private static String address(HttpExchange exchange) {
        return exchange.getRemoteAddress().getAddress().getHostAddress();
    }

    private static void refuse(HttpExchange exchange, RejectedRequestException refusal) throws IOException {
        JSONObject json = new JSONObject();
        json.put("status", refusal.status);
        json.put("error_type", SecurityException.class.getName());
        json.put("error", "Denied: " + refusal.getMessage());
        byte[] body = json.toJSONString().getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        boolean hasBody = !exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(refusal.status, hasBody ? body.length : -1);
        if (hasBody) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }
}
