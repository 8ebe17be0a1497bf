package app.rodmena.auth.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.operators.Audit;
import app.rodmena.auth.operators.Caller;
import app.rodmena.auth.operators.Operators;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jolokia.json.JSONArray;
import org.jolokia.json.JSONObject;
import org.jolokia.json.parser.JSONParser;
import org.jolokia.json.parser.ParseException;

/**
 * Who gets through to Jolokia: requests of its paths and methods, sent to us by our name, by no page of another site,
 * passed on to nobody, and from an operator if there are any. All others are answered here, with the status that says
 * why. Thread-safe.
 */
final class JolokiaDoor implements HttpHandler {
    private static final int MOST_BYTES = 256 * 1024;
    private static final String CONTEXT = "/jolokia";
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

    private final HostNames names;
    private final Operators operators;
    private final HttpHandler jolokia;

    JolokiaDoor(HostNames names, Operators operators, HttpHandler jolokia) {
        this.names = names;
        this.operators = operators;
        this.jolokia = jolokia;
    }

    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final int status;

        Refusal(int status, String reason) {
            super(reason);
            this.status = status;
        }
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Headers answer = exchange.getResponseHeaders();
        answer.set("X-Content-Type-Options", "nosniff");
        answer.set("Cache-Control", "no-store");
        try {
            admitPathAndMethod(exchange);
            admitSender(exchange);
            byte[] body = body(exchange);
            Caller caller = login(exchange);
            admitContent(exchange, body);
            exchange.setStreams(new ByteArrayInputStream(body), null);
            caller.call(() -> {
                jolokia.handle(exchange);
                return null;
            });
        } catch (Refusal e) {
            if (e.status == 403) {
                Audit.denied(
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

    private static void admitPathAndMethod(HttpExchange exchange) throws Refusal {
        String path = exchange.getRequestURI().getPath();
        if (!path.equals(CONTEXT) && !path.startsWith(CONTEXT + "/")) {
            throw new Refusal(404, "No such path");
        }
        if (path.replace("/", "").startsWith("jolokiaconfig")) {
            throw new Refusal(403, "the configuration is not for requests to read or change");
        }
        if (!List.of("GET", "POST").contains(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", "GET, POST");
            throw new Refusal(405, "This path takes GET and POST");
        }
    }

    private void admitSender(HttpExchange exchange) throws Refusal {
        Headers headers = exchange.getRequestHeaders();
        List<String> hosts = headers.getOrDefault("Host", List.of());
        if (hosts.size() != 1
                || !names.isUs(hosts.get(0), exchange.getLocalAddress().getAddress())) {
            throw new Refusal(403, "that Host is not this server");
        }
        // Browsers say where a page is from; other clients say nothing
        for (String sender : List.of("Origin", "Referer")) {
            for (String origin : headers.getOrDefault(sender, List.of())) {
                if (!hosts.get(0).strip().equalsIgnoreCase(authority(origin))) {
                    throw new Refusal(403, "that %s is not this server".formatted(sender));
                }
            }
        }
        if (!OWN_SITE.containsAll(headers.getOrDefault("Sec-Fetch-Site", List.of()))) {
            throw new Refusal(403, "the request is from a page of another site");
        }
    }

    /** Nothing for {@code null}, which is what a page says that is from anywhere. */
    private static String authority(String origin) {
        try {
            String authority = URI.create(origin.strip()).getRawAuthority();
            return authority == null ? "" : authority;
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private Caller login(HttpExchange exchange) throws Refusal {
        String address = address(exchange);
        if (!operators.isLoginNeeded()) {
            return operators.anonymous(address);
        }
        Optional<String[]> credentials =
                credentials(exchange.getRequestHeaders().getFirst("Authorization"));
        // On a thread that has nothing else to do
        Optional<Caller> caller = credentials.flatMap(
                pair -> operators.login(pair[0], pair[1], address).join());
        return caller.orElseThrow(() -> {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"auth\", charset=\"UTF-8\"");
            return new Refusal(401, "An operator's name and password are needed");
        });
    }

    private static Optional<String[]> credentials(String header) {
        if (header == null || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
            return Optional.empty();
        }
        try {
            String[] pair =
                    new String(Base64.getDecoder().decode(header.substring(6).strip()), UTF_8).split(":", 2);
            return pair.length == 2 ? Optional.of(pair) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static byte[] body(HttpExchange exchange) throws IOException, Refusal {
        byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
        if (body.length > MOST_BYTES) {
            throw new Refusal(413, "The request's body is larger than %d bytes".formatted(MOST_BYTES));
        }
        return body;
    }

    /** A callback makes the answer a script, which any page may load. */
    private static void admitContent(HttpExchange exchange, byte[] body) throws IOException, Refusal {
        String query = exchange.getRequestURI().getQuery();
        if (query != null && query.contains("callback=")) {
            throw new Refusal(403, "answers are not given as scripts");
        }
        if (exchange.getRequestMethod().equals("POST")) {
            try {
                admitJson(new JSONParser().parse(new String(body, UTF_8)));
            } catch (ParseException | RuntimeException | StackOverflowError e) {
                throw new Refusal(400, "The body is not JSON");
            }
        }
    }

    private static void admitJson(Object request) throws Refusal {
        if (request instanceof JSONArray requests) {
            for (Object each : requests) {
                admitJson(each);
            }
        } else if (request instanceof JSONObject fields) {
            if (fields.containsKey("target")
                    || (fields.get("options") instanceof JSONObject options && options.containsKey("target"))) {
                throw new Refusal(403, "requests are passed on to no other server (target)");
            }
        }
    }

    private static String address(HttpExchange exchange) {
        return exchange.getRemoteAddress().getAddress().getHostAddress();
    }

    private static void refuse(HttpExchange exchange, Refusal refusal) throws IOException {
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
