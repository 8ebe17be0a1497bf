package app.rodmena.auth.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The head of a request. The connection's I/O thread sets the route; afterwards the request does not change. */
public final class Request<E> {
    private final long arrivedNanos = System.nanoTime();
    private final List<String> parameters = new ArrayList<>(2);
    private final HttpServerExchange exchange;
    private final String id;
    private final String traceId;
    private Router.Route<E> route;

    Request(HttpServerExchange exchange) {
        this.exchange = exchange;
        id = RequestIdHeaders.requestId(exchange.getRequestHeaders());
        traceId = RequestIdHeaders.traceId(exchange.getRequestHeaders());
    }

    void setRoute(Router.Route<E> found) {
        route = found;
    }

    public HttpServerExchange exchange() {
        return exchange;
    }

    /** The id of the request, which is also in the response. */
    public String id() {
        return id;
    }

    /** The id of the trace that the request belongs to; empty if there is none. */
    public String traceId() {
        return traceId;
    }

    /** The arrival of the request's head, a time of {@link System#nanoTime}. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /** The route; null if the path is unknown or does not take the method. */
    public Router.Route<E> route() {
        return route;
    }

    /** The decoded parameters of the path, in their order in the template. */
    public List<String> parameters() {
        return parameters;
    }

    /** The first value of a header; empty if it is missing. */
    public String header(HttpString name) {
        return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
    }

    /** The client's IP address. */
    public String address() {
        return exchange.getSourceAddress().getAddress().getHostAddress();
    }
}
