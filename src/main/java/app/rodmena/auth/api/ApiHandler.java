package app.rodmena.auth.api;

import app.rodmena.auth.api.GateResult.ServiceCall;
import app.rodmena.auth.http.HangUpWatch;
import app.rodmena.auth.http.RequestBody;
import app.rodmena.auth.http.ResponseBudget;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles every request: counts it, checks its head at the gate, reads its body (and discards it unless the route takes
 * one), then responds, immediately or when the service has responded. Starts and ends on the connection's I/O thread,
 * which never blocks.
 */
final class ApiHandler implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger("auth.http");

    private static final byte[] NO_BODY = {};

    /** A list keeps its database connection while the client does not read for at most a fifth of read_timeout. */
    private static final int CLIENT_WAIT_DIVISOR = 5;

    private final RequestGate gate;
    private final InFlight inFlight;
    private final ExceptionMapper exceptionMapper;
    private final int maxBodyBytes;
    private final BodyBufferLimiter bodyLimiter;
    private final ResponseBudget responses;
    private final Duration readTimeout;
    private final boolean allowHalfClose;
    private final Duration maxClientWait;
    private volatile boolean closingConnections;

    ApiHandler(
            RequestGate gate,
            InFlight inFlight,
            ExceptionMapper mapper,
            int maxBodyBytes,
            ResponseBudget responses,
            Duration readTimeout,
            boolean allowHalfClose) {
        this.gate = gate;
        this.inFlight = inFlight;
        this.exceptionMapper = mapper;
        this.maxBodyBytes = maxBodyBytes;
        this.bodyLimiter = new BodyBufferLimiter(maxBodyBytes);
        this.responses = responses;
        this.readTimeout = readTimeout;
        this.allowHalfClose = allowHalfClose;
        this.maxClientWait = readTimeout.dividedBy(CLIENT_WAIT_DIVISOR);
    }

    /** Closes each connection after its next response, which announces it. */
    void closeConnections() {
        closingConnections = true;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        InFlight.Request request = inFlight.enter(exchange);
        closeAfterResponse(exchange);
        GateResult gateResult = check(exchange, request);
        if (request.isLate() && !(gateResult instanceof Response)) {
            gateResult = ErrorResponses.stopping(); // Health is still reported; it does not need the database.
        }
        if (exchange.isRequestComplete()) {
            reply(exchange, gateResult, NO_BODY);
            return;
        }
        RequestBody body = new RequestBody(exchange);
        if (exchange.getRequestContentLength() > maxBodyBytes) {
            refuse(exchange, body, ErrorResponses.bodyTooLarge(maxBodyBytes));
        } else if (HttpContinue.requiresContinueResponse(exchange)) {
            sendContinue(exchange, body, gateResult);
        } else {
            receive(exchange, body, gateResult);
        }
    }

    private void closeAfterResponse(HttpServerExchange exchange) {
        if (closingConnections) {
            exchange.getResponseHeaders().put(Headers.CONNECTION, "close");
        }
    }

    private GateResult check(HttpServerExchange exchange, InFlight.Request request) {
        try {
            return gate.check(exchange, request);
        } catch (RuntimeException e) {
            return exceptionMapper.map("The gate", e);
        }
    }

    /** Responds to a client that sent {@code Expect: 100-continue}. */
    private void sendContinue(HttpServerExchange exchange, RequestBody body, GateResult gateResult) {
        if (gateResult instanceof Response response) {
            refuse(exchange, body, response.closing());
        } else {
            HttpContinue.sendContinueResponse(exchange, RequestBody.onSent(() -> receive(exchange, body, gateResult)));
        }
    }

    private void receive(HttpServerExchange exchange, RequestBody body, GateResult gateResult) {
        if (!(gateResult instanceof GateResult.BodyCall)) {
            body.discard(maxBodyBytes, readTimeout, end -> onBody(exchange, body, gateResult, end, NO_BODY));
        } else if (bodyLimiter.reserve(exchange)) {
            body.collect(maxBodyBytes, readTimeout, (end, bytes) -> onBody(exchange, body, gateResult, end, bytes));
        } else {
            refuse(exchange, body, ErrorResponses.tooManyBodies());
        }
    }

    private void onBody(
            HttpServerExchange exchange, RequestBody body, GateResult gateResult, RequestBody.End end, byte[] bytes) {
        switch (end) {
            case COMPLETE -> reply(exchange, gateResult, bytes);
            case TOO_LARGE -> refuse(exchange, body, ErrorResponses.bodyTooLarge(maxBodyBytes));
            case TOO_SLOW -> refuse(exchange, body, ErrorResponses.bodyTooSlow());
            case BROKEN -> RequestBody.closeConnection(exchange);
        }
    }

    private void reply(HttpServerExchange exchange, GateResult gateResult, byte[] body) {
        if (gateResult instanceof ServiceCall call) {
            // Undertow must return from its own call before another thread may use the exchange.
            exchange.dispatch(SameThreadExecutor.INSTANCE, () -> execute(exchange, call, body));
        } else if (gateResult instanceof Response response) {
            response.send(exchange);
        }
    }

    private void execute(HttpServerExchange exchange, ServiceCall call, byte[] body) {
        // A request pipelined behind this one continues on this executor; the default is Undertow's worker pool.
        exchange.setDispatchExecutor(exchange.getIoThread());
        ListResponse listResponse = call instanceof GateResult.ListCall
                ? new ListResponse(exchange, responses, call.key(), maxClientWait)
                : null;
        HangUpWatch.start(exchange, allowHalfClose, call.cancellation()::cancel);
        call.execute(body, listResponse).whenComplete((response, failure) -> {
            if (response != null || listResponse == null || (failure != null && listResponse.fail(failure))) {
                exchange.getIoThread().execute(() -> finish(exchange, call, response, failure));
            }
        });
    }

    /**
     * Sends the response on the I/O thread. If an engine thread ended the exchange, the I/O thread would spin until
     * that thread is done (measured: a third of its time), and the engine thread would not be free for the next query.
     */
    private void finish(HttpServerExchange exchange, ServiceCall call, Response response, Throwable failure) {
        if (failure != null && call.cancellation().isCancelled()) {
            RequestBody.closeConnection(exchange); // The client is gone.
            return;
        }
        try {
            closeAfterResponse(exchange);
            Response completed = failure == null ? response : exceptionMapper.map(call.routeName(), failure);
            if (responses.takeFor(exchange, call.key(), completed.size())) {
                completed.send(exchange);
            } else {
                ErrorResponses.tooManyUnread().send(exchange);
            }
        } catch (RuntimeException e) {
            LOG.error("The response to {} could not be sent", call.routeName(), e);
            RequestBody.closeConnection(exchange);
        }
    }

    /** Responds while the client is still sending. */
    private static void refuse(HttpServerExchange exchange, RequestBody body, Response response) {
        response.send(exchange, body.lingering(exchange));
    }
}
