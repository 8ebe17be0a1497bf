package app.rodmena.auth.http;

import app.rodmena.auth.common.LogThrottle;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Handles every request of a listener: checks its head, finds its route, reads its body (and discards it unless the
 * call takes one), then responds, immediately or when the call has responded. Starts and ends on the connection's I/O
 * thread, which never blocks.
 *
 * @param <E> the type of the listener's endpoints
 */
public abstract class RequestHandler<E> implements HttpHandler {
    private static final int MAX_TARGET_BYTES = 8 * 1024;
    private static final byte[] NO_BODY = {};

    /**
     * Maximum bytes of the bodies of all requests in flight: 64 bodies of the default maximum size if the heap is large
     * enough. A parsed body takes about four times its size. The limit is not per client key, because keys are free and
     * a client could use thousands.
     */
    private static final int MAX_BODIES_BYTES =
            (int) Math.min(16L * 1024 * 1024, Runtime.getRuntime().maxMemory() / 32);

    /** Anything that looks like a client key: drivers quote the values of a statement in their messages. */
    private static final Pattern KEY =
            Pattern.compile("\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}");

    private final Router<E> router;
    private final Limits limits;

    /** What is left of {@link #MAX_BODIES_BYTES}. */
    private final Semaphore freeBodyBytes;

    private final ResponseBudget responses;
    private final Logger log;
    private final LogThrottle throttledLog;

    /**
     * The limits of requests.
     *
     * @param maxHeaderBytes maximum size of the request target and all headers
     * @param maxBodyBytes maximum size of a body
     * @param bodyTimeout maximum time for a body to arrive
     */
    public record Limits(int maxHeaderBytes, int maxBodyBytes, Duration bodyTimeout) {}

    /** What the head of a request leads to: a {@link Response}, or a call that responds once the body has arrived. */
    public interface Call {
        /** Whether the call uses the body, which is otherwise discarded. */
        default boolean takesBody() {
            return false;
        }

        /**
         * Responds, now or later. Called on the I/O thread, and must not block.
         *
         * @param body empty if there is none or it is not used
         */
        void run(HttpServerExchange exchange, byte[] body);
    }

    /** @param log receives unexpected errors */
    protected RequestHandler(Router<E> routes, Limits limits, ResponseBudget responses, Logger log) {
        this.router = routes;
        this.limits = limits;
        this.freeBodyBytes = new Semaphore(Math.max(MAX_BODIES_BYTES, limits.maxBodyBytes));
        this.responses = responses;
        this.log = log;
        this.throttledLog = new LogThrottle(log);
    }

    /** Called first for each request: sets headers of the response, or throws an {@link HttpError}. */
    protected abstract void begin(Request<E> request);

    /** Adds headers to the response to an OPTIONS request. */
    protected void addOptionsHeaders(Request<E> request, String allow) {}

    /** The call for a request with a route; throws an {@link HttpError} to refuse it. */
    protected abstract Call accept(Request<E> request);

    /** The error for an exception of this listener's endpoints; empty if it is unexpected. */
    protected abstract Optional<HttpError> knownError(Throwable failure);

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        Request<E> request = new Request<>(exchange);
        exchange.getResponseHeaders().put(RequestIdHeaders.REQUEST_ID, request.id());
        Call call = check(request);
        if (exchange.isRequestComplete()) {
            run(exchange, call, NO_BODY);
            return;
        }
        RequestBody body = new RequestBody(exchange);
        if (exchange.getRequestContentLength() > limits.maxBodyBytes) {
            refuse(exchange, body, bodyTooLarge());
        } else if (HttpContinue.requiresContinueResponse(exchange)) {
            sendContinue(exchange, body, call);
        } else {
            receive(exchange, body, call);
        }
    }

    /** Checks the head: sizes, then the path, then the method, then what the listener requires. */
    protected Call check(Request<E> request) {
        try {
            return route(request);
        } catch (RuntimeException e) {
            return map(request, "The check of a request", e);
        }
    }

    private Call route(Request<E> request) {
        begin(request);
        HttpServerExchange exchange = request.exchange();
        if (targetSize(exchange) > MAX_TARGET_BYTES) {
            throw new HttpError(414, "The request target is longer than %s bytes".formatted(MAX_TARGET_BYTES));
        }
        if (headSize(exchange) > limits.maxHeaderBytes) {
            throw new HttpError(431, "The request's headers are larger than %s bytes".formatted(limits.maxHeaderBytes));
        }
        // HTTP methods are case-sensitive; compare the method as sent.
        String method = exchange.getRequestMethod().toString();
        if (method.equals("CONNECT")) {
            throw methodNotAllowed(router.allow());
        }
        if (method.equals("OPTIONS") && exchange.getRequestURI().equals("*")) {
            return Response.empty(204).with(Headers.ALLOW, router.allow());
        }
        Router.Resource<E> resource = router.find(RequestPath.of(exchange), request.parameters());
        if (resource == null) {
            throw new HttpError(404, "No such path");
        }
        Router.Route<E> route = resource.route(method);
        if (route != null) {
            request.setRoute(route);
            return accept(request);
        }
        if (method.equals("OPTIONS")) {
            addOptionsHeaders(request, resource.allow());
            return Response.empty(204).with(Headers.ALLOW, resource.allow());
        }
        throw methodNotAllowed(resource.allow());
    }

    private static int targetSize(HttpServerExchange exchange) {
        return exchange.getRequestURI().length() + exchange.getQueryString().length();
    }

    /** Bytes of the request target and of all headers. */
    private static int headSize(HttpServerExchange exchange) {
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

    private static HttpError methodNotAllowed(String allow) {
        return new HttpError(405, "Method not allowed; this path allows " + allow).with(Headers.ALLOW_STRING, allow);
    }

    /** Responds to a client that sent {@code Expect: 100-continue}. */
    private void sendContinue(HttpServerExchange exchange, RequestBody body, Call call) {
        if (call instanceof Response response) {
            refuse(exchange, body, response.closing());
        } else {
            HttpContinue.sendContinueResponse(exchange, RequestBody.onSent(() -> receive(exchange, body, call)));
        }
    }

    private void receive(HttpServerExchange exchange, RequestBody body, Call call) {
        if (!call.takesBody()) {
            body.discard(limits.maxBodyBytes, limits.bodyTimeout, end -> onBody(exchange, body, call, end, NO_BODY));
        } else if (reserveBody(exchange)) {
            body.collect(
                    limits.maxBodyBytes, limits.bodyTimeout, (end, bytes) -> onBody(exchange, body, call, end, bytes));
        } else {
            refuse(
                    exchange,
                    body,
                    HttpError.unavailable("Too many requests with large bodies", Map.of(), 1)
                            .response(exchange.getResponseHeaders().getFirst(RequestIdHeaders.REQUEST_ID))
                            .closing());
        }
    }

    /**
     * Reserves memory for the body of a request until its exchange completes: its announced size, or the maximum size
     * if that is unknown. Returns false, with nothing reserved, if too little is free.
     */
    private boolean reserveBody(HttpServerExchange exchange) {
        int announced = (int) exchange.getRequestContentLength(); // Not larger than maxBodyBytes
        int bytes = announced < 0 ? limits.maxBodyBytes : announced;
        boolean isFree = freeBodyBytes.tryAcquire(bytes);
        if (isFree) {
            exchange.addExchangeCompleteListener((completed, next) -> {
                freeBodyBytes.release(bytes);
                next.proceed();
            });
        }
        return isFree;
    }

    private void onBody(HttpServerExchange exchange, RequestBody body, Call call, RequestBody.End end, byte[] bytes) {
        switch (end) {
            case COMPLETE -> run(exchange, call, bytes);
            case TOO_LARGE -> refuse(exchange, body, bodyTooLarge());
            case TOO_SLOW ->
                refuse(
                        exchange,
                        body,
                        Response.error(408, "The request's body did not arrive in time")
                                .closing());
            case BROKEN -> RequestBody.closeConnection(exchange);
        }
    }

    private static void run(HttpServerExchange exchange, Call call, byte[] body) {
        if (call instanceof Response response) {
            response.send(exchange);
            return;
        }
        // Undertow must return from its own call before another thread may use the exchange.
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            // A request pipelined behind this one continues on this executor; the default is Undertow's worker pool.
            exchange.setDispatchExecutor(exchange.getIoThread());
            call.run(exchange, body);
        });
    }

    /** Responds while the client is still sending. */
    private static void refuse(HttpServerExchange exchange, RequestBody body, Response response) {
        response.send(exchange, body.lingering(exchange));
    }

    private Response bodyTooLarge() {
        return Response.error(413, "The request's body is larger than %s bytes".formatted(limits.maxBodyBytes))
                .closing();
    }

    /** The budget of unread responses has no room for another one. */
    public static HttpError tooManyUnread() {
        return HttpError.unavailable(
                "Too many responses are waiting to be read by their clients", Map.of("reason", "UNREAD_RESPONSES"), 1);
    }

    /** The response for an exception of a call. */
    protected final Response map(Request<E> request, Throwable failure) {
        return map(request, request.route().name(), failure);
    }

    /** A response exposes nothing internal, and the log contains no client key. */
    private Response map(Request<E> request, String route, Throwable thrown) {
        Throwable cause = cause(thrown);
        Optional<HttpError> error = cause instanceof HttpError known ? Optional.of(known) : knownError(cause);
        return error.map(known -> known.response(request.id())).orElseGet(() -> unexpected(route, request.id(), cause));
    }

    private Response unexpected(String route, String requestId, Throwable cause) {
        String id =
                String.format(Locale.ROOT, "%016x", ThreadLocalRandom.current().nextLong());
        String loggedId = throttledLog.log(
                Level.ERROR,
                route + cause.getClass().getName() + location(cause),
                id,
                () -> "%s failed, error id %s, request_id=%s: %s".formatted(route, id, requestId, withoutKeys(cause)),
                count -> "%s failed %s more times in the last second, as with error id %s".formatted(route, count, id));
        return Response.error(500, "Unexpected error; see the server's log, error id " + loggedId);
    }

    /** Where it was thrown; the same exception from there within a second is the same error, with the same id. */
    private static String location(Throwable cause) {
        return cause.getStackTrace().length == 0 ? "" : cause.getStackTrace()[0].toString();
    }

    private static Throwable cause(Throwable thrown) {
        boolean wrapped = thrown instanceof CompletionException || thrown instanceof ExecutionException;
        return wrapped && thrown.getCause() != null ? cause(thrown.getCause()) : thrown;
    }

    private static String withoutKeys(Throwable cause) {
        StringWriter trace = new StringWriter();
        cause.printStackTrace(new PrintWriter(trace));
        return KEY.matcher(trace.toString()).replaceAll("<key>");
    }

    /**
     * Sends the response of a call on the I/O thread, if the budget of its owner has room. If another thread ended the
     * exchange, the I/O thread would spin until that thread is done (measured: a third of its time), and the other
     * thread would not be free for the next query.
     *
     * @param owner the tenant or the operator
     */
    protected final void finish(Request<E> request, Object owner, Response response) {
        HttpServerExchange exchange = request.exchange();
        try {
            boolean fits = responses.takeFor(exchange, owner, response.size());
            (fits ? response : tooManyUnread().response(request.id())).send(exchange);
        } catch (RuntimeException e) {
            log.error("The response to {} could not be sent", request.route().name(), e);
            RequestBody.closeConnection(exchange);
        }
    }
}
