package app.rodmena.auth.http;

import app.rodmena.auth.http.GateResult.Question;
import app.rodmena.auth.wire.RequestBody;
import app.rodmena.auth.wire.ResponseBudget;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
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

    /** A list may keep its database connection waiting for a fifth of read_timeout in total. */
    private static final int PATIENCE_IN_READ_TIMEOUT = 5;

    private final RequestGate gate;
    private final InFlight inFlight;
    private final ExceptionMapper failures;
    private final int maxBodyBytes;
    private final BodyBufferLimiter bodies;
    private final ResponseBudget responses;
    private final Duration readTimeout;
    private final Duration patience;

    ApiHandler(
            RequestGate gate,
            InFlight inFlight,
            ExceptionMapper failures,
            int maxBodyBytes,
            ResponseBudget responses,
            Duration readTimeout) {
        this.gate = gate;
        this.inFlight = inFlight;
        this.failures = failures;
        this.maxBodyBytes = maxBodyBytes;
        this.bodies = new BodyBufferLimiter(maxBodyBytes);
        this.responses = responses;
        this.readTimeout = readTimeout;
        this.patience = readTimeout.dividedBy(PATIENCE_IN_READ_TIMEOUT);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        InFlight.Request request = inFlight.enter(exchange);
        GateResult verdict = request.isLate() ? lastVerdict(judge(exchange, request)) : judge(exchange, request);
        if (exchange.isRequestComplete()) {
            reply(exchange, verdict, NO_BODY);
            return;
        }
        RequestBody body = new RequestBody(exchange);
        if (exchange.getRequestContentLength() > maxBodyBytes) {
            refuse(exchange, body, ErrorResponses.bodyTooLarge(maxBodyBytes));
        } else if (HttpContinue.requiresContinueResponse(exchange)) {
            invite(exchange, body, verdict);
        } else {
            receive(exchange, body, verdict);
        }
    }

    private GateResult judge(HttpServerExchange exchange, InFlight.Request request) {
        try {
            return gate.judge(exchange, request);
        } catch (RuntimeException e) {
            return failures.answer("The gate", e);
        }
    }

    /** During shutdown, requests that need the database are refused; health is still reported. */
    private static GateResult lastVerdict(GateResult verdict) {
        return verdict instanceof Response answer ? answer.closing() : ErrorResponses.stopping();
    }

    /** Responds to a client that sent {@code Expect: 100-continue}. */
    private void invite(HttpServerExchange exchange, RequestBody body, GateResult verdict) {
        if (verdict instanceof Response answer) {
            refuse(exchange, body, answer.closing());
        } else {
            HttpContinue.sendContinueResponse(exchange, RequestBody.onSent(() -> receive(exchange, body, verdict)));
        }
    }

    private void receive(HttpServerExchange exchange, RequestBody body, GateResult verdict) {
        if (!(verdict instanceof GateResult.Posted)) {
            body.discard(maxBodyBytes, readTimeout, end -> received(exchange, body, verdict, end, NO_BODY));
        } else if (bodies.take(exchange)) {
            body.collect(maxBodyBytes, readTimeout, (end, bytes) -> received(exchange, body, verdict, end, bytes));
        } else {
            refuse(exchange, body, ErrorResponses.tooManyBodies());
        }
    }

    private void received(
            HttpServerExchange exchange, RequestBody body, GateResult verdict, RequestBody.End end, byte[] bytes) {
        switch (end) {
            case COMPLETE -> reply(exchange, verdict, bytes);
            case TOO_LARGE -> refuse(exchange, body, ErrorResponses.bodyTooLarge(maxBodyBytes));
            case TOO_SLOW -> refuse(exchange, body, ErrorResponses.bodyTooSlow());
            case BROKEN -> RequestBody.closeConnection(exchange);
        }
    }

    private void reply(HttpServerExchange exchange, GateResult verdict, byte[] body) {
        if (verdict instanceof Question question) {
            // Undertow must return from its own call before another thread may use the exchange.
            exchange.dispatch(SameThreadExecutor.INSTANCE, () -> ask(exchange, question, body));
        } else if (verdict instanceof Response answer) {
            answer.send(exchange);
        }
    }

    private void ask(HttpServerExchange exchange, Question question, byte[] body) {
        // A request pipelined behind this one continues on this executor; the default is a pool of Undertow's.
        exchange.setDispatchExecutor(exchange.getIoThread());
        ListResponse response = question instanceof GateResult.Listed
                ? new ListResponse(exchange, responses, question.key(), patience)
                : null;
        question.ask(body, response).whenComplete((answer, failure) -> {
            if (answer != null || response == null || (failure != null && response.fail(failure))) {
                exchange.getIoThread().execute(() -> answer(exchange, question, answer, failure));
            }
        });
    }

    /**
     * Sends the response, on the I/O thread. If another thread ended the exchange, Undertow would let the I/O thread
     * spin until that thread is done, which cost a third of the I/O thread's time; and the engine's threads are then
     * free for the next query.
     */
    private void answer(HttpServerExchange exchange, Question question, Response answer, Throwable failure) {
        try {
            Response complete = failure == null ? answer : failures.answer(question.route(), failure);
            if (responses.takeFor(exchange, question.key(), complete.size())) {
                complete.send(exchange);
            } else {
                ErrorResponses.tooManyUnread().send(exchange);
            }
        } catch (RuntimeException e) {
            LOG.error("{} could not be answered", question.route(), e);
            RequestBody.closeConnection(exchange);
        }
    }

    /** Responds while the client is still sending. */
    private static void refuse(HttpServerExchange exchange, RequestBody body, Response answer) {
        answer.send(exchange, body.lingering(exchange));
    }
}
