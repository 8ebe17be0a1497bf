package app.rodmena.auth.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.admin.AdminRoutes.For;
import app.rodmena.auth.admin.AdminRoutes.Match;
import app.rodmena.auth.events.InvalidEventQuery;
import app.rodmena.auth.incidents.ActionRefusedException;
import app.rodmena.auth.operators.AuditLog;
import app.rodmena.auth.operators.OperatorRole;
import app.rodmena.auth.operators.OperatorSession;
import app.rodmena.auth.operators.Operators;
import app.rodmena.auth.operators.TooManyLoginAttemptsException;
import app.rodmena.auth.pool.InvalidPoolSetting;
import app.rodmena.auth.wire.RequestBody;
import app.rodmena.auth.wire.ResponseBudget;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles every request: checks its head at the gate, reads its body, logs the operator in, then calls the endpoint.
 * Endpoints run on worker threads, everything else on the I/O thread. Endpoints that may wait have a thread pool of
 * their own, so that health and numbers are served while they wait.
 */
final class AdminHandler implements HttpHandler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.admin");
    private static final int MOST_BODY_BYTES = 64 * 1024;
    private static final Duration BODY_WITHIN = Duration.ofSeconds(5);

    /** Unread responses may take a sixteenth of the heap. */
    private static final int PART_OF_THE_HEAP = 16;

    private static final int MOST_WAITING_AT_ONCE = 2;
    private static final int MOST_IN_LINE = 20;

    private final ThreadPoolExecutor patient = new ThreadPoolExecutor(
            MOST_WAITING_AT_ONCE,
            MOST_WAITING_AT_ONCE,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_IN_LINE),
            task -> {
                Thread thread = new Thread(task, "auth-admin-patient");
                thread.setDaemon(true);
                return thread;
            });
    private final ResponseBudget responses = ResponseBudget.ofHeap(PART_OF_THE_HEAP);
    private final AdminRequestGate gate;
    private final Operators operators;

    AdminHandler(AdminRequestGate gate, Operators operators) {
        this.gate = gate;
        this.operators = operators;
        patient.allowCoreThreadTimeOut(true);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        Match match;
        try {
            match = gate.judge(exchange);
        } catch (Refusal refusal) {
            refuse(exchange, refusal.reply());
            return;
        }
        if (exchange.isRequestComplete()) {
            login(exchange, match, "");
        } else if (exchange.getRequestContentLength() > MOST_BODY_BYTES) {
            refuse(exchange, tooLarge());
        } else if (HttpContinue.requiresContinueResponse(exchange)) {
            HttpContinue.sendContinueResponse(exchange, RequestBody.onSent(() -> receive(exchange, match)));
        } else {
            receive(exchange, match);
        }
    }

    private void receive(HttpServerExchange exchange, Match match) {
        RequestBody body = new RequestBody(exchange);
        body.collect(MOST_BODY_BYTES, BODY_WITHIN, (end, bytes) -> {
            switch (end) {
                case COMPLETE -> login(exchange, match, new String(bytes, UTF_8));
                case TOO_LARGE -> tooLarge().send(exchange, body.lingering(exchange));
                case TOO_SLOW ->
                    Reply.error(408, "The request's body did not arrive in time")
                            .closing()
                            .send(exchange, body.lingering(exchange));
                case BROKEN -> RequestBody.closeConnection(exchange);
            }
        });
    }

    private static void refuse(HttpServerExchange exchange, Reply reply) {
        if (exchange.isRequestComplete()) {
            reply.send(exchange);
        } else {
            reply.closing().send(exchange, new RequestBody(exchange).lingering(exchange));
        }
    }

    private static Reply tooLarge() {
        return Reply.error(413, "The request's body is larger than %s bytes".formatted(MOST_BODY_BYTES))
                .closing();
    }

    private void login(HttpServerExchange exchange, Match match, String body) {
        // Undertow must return from its own call before another thread may use the exchange
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            exchange.setDispatchExecutor(exchange.getIoThread());
            String address = AdminRequestGate.address(exchange);
            if (match.place().whom() == For.EVERYBODY) {
                answer(exchange, match, new OperatorSession("anybody", OperatorRole.MONITOR, address), body);
                return;
            }
            var unused = operators
                    .loginByHeader(exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION), address)
                    .whenComplete((caller, failure) -> {
                        if (failure != null) {
                            finish(exchange, noLogin(match, failure));
                        } else if (caller.isPresent()) {
                            answer(exchange, match, caller.get(), body);
                        } else {
                            finish(
                                    exchange,
                                    Reply.error(401, "An operator's name and password are needed")
                                            .with(Headers.WWW_AUTHENTICATE, Operators.CHALLENGE));
                        }
                    });
        });
    }

    /** The login could not be verified; the response must not look like a wrong password. */
    private static Reply noLogin(Match match, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        Reply reply = cause instanceof TooManyLoginAttemptsException
                ? Reply.error(429, cause.getMessage())
                : Reply.error(
                        503, "Nobody can log in now; the server's log knows the reason as " + logged(match, cause));
        return reply.with(Headers.RETRY_AFTER, "1");
    }

    private void answer(HttpServerExchange exchange, Match match, OperatorSession caller, String body) {
        Optional<String> missing = missing(match.place().whom(), caller);
        if (missing.isPresent()) {
            AuditLog.denied(
                    caller,
                    "%s %s".formatted(exchange.getRequestMethod(), match.place().path()));
            finish(exchange, Reply.error(403, missing.get()));
            return;
        }
        AdminRequest asked = new AdminRequest(
                caller,
                match.rest(),
                exchange.getQueryString(),
                header(exchange, Headers.ACCEPT),
                header(exchange, Headers.IF_NONE_MATCH),
                body);
        try {
            Executor threads =
                    match.place().waits() ? patient : exchange.getConnection().getWorker();
            threads.execute(() -> finish(exchange, withinBudget(exchange, caller, ask(match, asked))));
        } catch (RejectedExecutionException e) {
            finish(
                    exchange,
                    Reply.error(503, "Too many wait for such an answer already, or this server is stopping")
                            .with(Headers.RETRY_AFTER, "1"));
        }
    }

    private ResponseWriter withinBudget(HttpServerExchange exchange, OperatorSession caller, ResponseWriter response) {
        if (response instanceof Reply reply
                && !responses.takeFor(exchange, caller, reply.body().remaining())) {
            return Reply.error(503, "Too many answers wait for their clients to read them")
                    .with(Headers.RETRY_AFTER, "1");
        }
        return response;
    }

    private static String header(HttpServerExchange exchange, HttpString name) {
        return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
    }

    /** The reason why the operator's role does not suffice; empty if it does. */
    private Optional<String> missing(For whom, OperatorSession caller) {
        return switch (whom) {
            case EVERYBODY, READERS -> Optional.empty();
            case CONTROL ->
                switch (caller.role()) {
                    case CONTROL -> Optional.empty();
                    case MONITOR ->
                        Optional.of(
                                operators.isLoginRequired()
                                        ? "Changes are for operators whose role is control"
                                        : "Nobody may change anything: this server was started without operators."
                                                + " ./run.sh operator add NAME --role control adds the first, which"
                                                + " takes a restart");
                };
        };
    }

    private static ResponseWriter ask(Match match, AdminRequest asked) {
        try {
            return match.place().page().answer(asked);
        } catch (BadRequestException | InvalidEventQuery | InvalidPoolSetting | ActionRefusedException e) {
            return Reply.error(400, e.getMessage());
        } catch (RuntimeException | Error e) {
            return Reply.error(
                    500, "Something unforeseen went wrong; the server's log knows it as " + logged(match, e));
        }
    }

    /** @return the id of the logged error */
    private static String logged(Match match, Throwable failure) {
        String id =
                String.format(Locale.ROOT, "%016x", ThreadLocalRandom.current().nextLong());
        LOG.error("{} failed, error id {}", match.place().path(), id, failure);
        return id;
    }

    private static void finish(HttpServerExchange exchange, ResponseWriter response) {
        try {
            response.send(exchange);
        } catch (RuntimeException e) {
            LOG.debug("An answer could not be sent", e);
            RequestBody.closeConnection(exchange);
        }
    }

    /** Interrupts the endpoints that wait; requests queued for them get no response. */
    @Override
    public void close() {
        patient.shutdownNow();
    }
}
