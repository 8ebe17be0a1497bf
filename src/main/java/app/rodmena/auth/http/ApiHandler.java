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
 * The way of every request: counted, judged at the gate, its body read and forgotten, then answered, at once or when
 * the service has. Begins and ends on the connection's I/O thread, which never waits.
 */
final class ApiHandler implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger("auth.http");

    private static final byte[] NO_BODY = {};

    /** A list may keep its database connection waiting for a fifth of read_timeout in all. */
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

    /** While stopping: nobody asks the database any more, but health is told to the end. */
    private static GateResult lastVerdict(GateResult verdict) {
        return verdict instanceof Response answer ? answer.closing() : ErrorResponses.stopping();
    }

    /** The client waits to hear whether it should send its body. */
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
            // Undertow must be done with its own call before another thread may have the exchange.
            exchange.dispatch(SameThreadExecutor.INSTANCE, () -> ask(exchange, question, body));
        } else if (verdict instanceof Response answer) {
            answer.send(exchange);
        }
    }

    private void ask(HttpServerExchange exchange, Question question, byte[] body) {
        // Where a request pipelined behind this one continues; it would be a pool of Undertow's otherwise.
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
     * On the I/O thread, though any could: Undertow lets that thread spin until another one that ends an exchange is
     * through with it, which took a third of it, and the engine's threads have their next question to ask.
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

    /** Answers while the client is still sending. */
    private static void refuse(HttpServerExchange exchange, RequestBody body, Response answer) {
        answer.send(exchange, body.lingering(exchange));
    }
}
