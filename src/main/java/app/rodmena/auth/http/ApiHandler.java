package app.rodmena.auth.http;

import app.rodmena.auth.http.Verdict.Question;
import app.rodmena.auth.wire.RequestBody;
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

    private final Gate gate;
    private final InFlight inFlight;
    private final int maxBodyBytes;
    private final Duration readTimeout;

    ApiHandler(Gate gate, InFlight inFlight, int maxBodyBytes, Duration readTimeout) {
        this.gate = gate;
        this.inFlight = inFlight;
        this.maxBodyBytes = maxBodyBytes;
        this.readTimeout = readTimeout;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        InFlight.Request request = inFlight.enter(exchange);
        Verdict verdict = request.isLate() ? lastVerdict(judge(exchange, request)) : judge(exchange, request);
        if (exchange.isRequestComplete()) {
            reply(exchange, verdict);
            return;
        }
        RequestBody body = new RequestBody(exchange);
        if (exchange.getRequestContentLength() > maxBodyBytes) {
            refuse(exchange, body, Refusals.bodyTooLarge(maxBodyBytes));
        } else if (HttpContinue.requiresContinueResponse(exchange)) {
            invite(exchange, body, verdict);
        } else {
            receive(exchange, body, verdict);
        }
    }

    private Verdict judge(HttpServerExchange exchange, InFlight.Request request) {
        try {
            return gate.judge(exchange, request);
        } catch (RuntimeException e) {
            return Failures.answer("The gate", e);
        }
    }

    /** While stopping: nobody asks the database any more, but health is told to the end. */
    private static Verdict lastVerdict(Verdict verdict) {
        return verdict instanceof Answer answer ? answer.closing() : Refusals.stopping();
    }

    /** The client waits to hear whether it should send its body. */
    private void invite(HttpServerExchange exchange, RequestBody body, Verdict verdict) {
        if (verdict instanceof Answer answer) {
            refuse(exchange, body, answer.closing());
        } else {
            HttpContinue.sendContinueResponse(exchange, RequestBody.then(() -> receive(exchange, body, verdict)));
        }
    }

    private void receive(HttpServerExchange exchange, RequestBody body, Verdict verdict) {
        body.discard(maxBodyBytes, readTimeout, end -> {
            switch (end) {
                case COMPLETE -> reply(exchange, verdict);
                case TOO_LARGE -> refuse(exchange, body, Refusals.bodyTooLarge(maxBodyBytes));
                case TOO_SLOW -> refuse(exchange, body, Refusals.bodyTooSlow());
                case BROKEN -> RequestBody.abandon(exchange);
            }
        });
    }

    private void reply(HttpServerExchange exchange, Verdict verdict) {
        if (verdict instanceof Question question) {
            // Undertow must be done with its own call before another thread may have the exchange.
            exchange.dispatch(SameThreadExecutor.INSTANCE, () -> ask(exchange, question));
        } else if (verdict instanceof Answer answer) {
            answer.send(exchange);
        }
    }

    private static void ask(HttpServerExchange exchange, Question question) {
        // Where a request pipelined behind this one continues; it would be a pool of Undertow's otherwise.
        exchange.setDispatchExecutor(exchange.getIoThread());
        question.ask()
                .whenComplete((answer, failure) ->
                        exchange.getIoThread().execute(() -> answer(exchange, question, answer, failure)));
    }

    /**
     * On the I/O thread, though any could: Undertow lets that thread spin until another one that ends an exchange is
     * through with it, which took a third of it, and the engine's threads have their next question to ask.
     */
    private static void answer(HttpServerExchange exchange, Question question, Answer answer, Throwable failure) {
        try {
            (failure == null ? answer : Failures.answer(question.route().name(), failure)).send(exchange);
        } catch (RuntimeException e) {
            LOG.error("{} could not be answered", question.route().name(), e);
            RequestBody.abandon(exchange);
        }
    }

    /** Answers while the client is still sending. */
    private static void refuse(HttpServerExchange exchange, RequestBody body, Answer answer) {
        answer.send(exchange, body.lingering(exchange));
    }
}
