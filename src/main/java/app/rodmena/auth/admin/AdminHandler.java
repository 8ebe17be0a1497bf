package app.rodmena.auth.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.admin.AdminRoutes.Match;
import app.rodmena.auth.admin.AdminRoutes.RequiredRole;
import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.diagnosis.incident.ActionRefusedException;
import app.rodmena.auth.http.RequestBody;
import app.rodmena.auth.http.ResponseBudget;
import app.rodmena.auth.pool.event.InvalidEventQuery;
import app.rodmena.auth.security.AuditLog;
import app.rodmena.auth.security.OperatorSession;
import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.TooManyLoginAttemptsException;
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
    private static final int MAX_BODY_BYTES = 64 * 1024;
    private static final Duration BODY_TIMEOUT = Duration.ofSeconds(5);

    /** Unread responses may take a sixteenth of the heap. */
    private static final int HEAP_DIVISOR = 16;

    private static final int BLOCKING_THREADS = 2;
    private static final int MAX_QUEUED = 20;

    private final ThreadPoolExecutor blockingExecutor = new ThreadPoolExecutor(
            BLOCKING_THREADS,
            BLOCKING_THREADS,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_QUEUED),
            DaemonThreads.named("auth-admin-blocking"));
    private final ResponseBudget responses = ResponseBudget.ofHeap(HEAP_DIVISOR);
    private final AdminRequestGate gate;
    private final Operators operators;

    AdminHandler(AdminRequestGate gate, Operators operators) {
        this.gate = gate;
        this.operators = operators;
        blockingExecutor.allowCoreThreadTimeOut(true);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        Match match;
        try {
            match = gate.check(exchange);
        } catch (RejectedRequestException refusal) {
            refuse(exchange, refusal.reply());
            return;
        }
        if (exchange.isRequestComplete()) {
            login(exchange, match, "");
        } else if (exchange.getRequestContentLength() > MAX_BODY_BYTES) {
            refuse(exchange, tooLarge());
        } else if (HttpContinue.requiresContinueResponse(exchange)) {
            HttpContinue.sendContinueResponse(exchange, RequestBody.onSent(() -> receive(exchange, match)));
        } else {
            receive(exchange, match);
        }
    }

    private void receive(HttpServerExchange exchange, Match match) {
        RequestBody body = new RequestBody(exchange);
        body.collect(MAX_BODY_BYTES, BODY_TIMEOUT, (end, bytes) -> {
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
        return Reply.error(413, "The request's body is larger than %s bytes".formatted(MAX_BODY_BYTES))
                .closing();
    }

    private void login(HttpServerExchange exchange, Match match, String body) {
        // Undertow must return from its own call before another thread may use the exchange
        exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
            exchange.setDispatchExecutor(exchange.getIoThread());
            String address = AdminRequestGate.address(exchange);
            if (match.route().requiredRole() == RequiredRole.NONE) {
                authorize(exchange, match, operators.anonymous(address), body);
                return;
            }
            var unused = operators
                    .loginByHeader(exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION), address)
                    .whenComplete((session, failure) -> {
                        if (failure != null) {
                            finish(exchange, loginFailure(match, failure));
                        } else if (session.isPresent()) {
                            authorize(exchange, match, session.get(), body);
                        } else {
                            finish(
                                    exchange,
                                    Reply.error(401, "An operator's name and password are required")
                                            .with(Headers.WWW_AUTHENTICATE, Operators.CHALLENGE));
                        }
                    });
        });
    }

    /** The login could not be verified; the response must not look like a wrong password. */
    private static Reply loginFailure(Match match, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        Reply reply = cause instanceof TooManyLoginAttemptsException
                ? Reply.error(429, cause.getMessage())
                : Reply.error(
                        503,
                        "The login could not be verified; see the server's log, error id " + logError(match, cause));
        return reply.with(Headers.RETRY_AFTER, "1");
    }

    private void authorize(HttpServerExchange exchange, Match match, OperatorSession session, String body) {
        Optional<String> insufficientRole = roleRefusal(match.route().requiredRole(), session);
        if (insufficientRole.isPresent()) {
            AuditLog.denied(
                    session,
                    "%s %s".formatted(exchange.getRequestMethod(), match.route().path()));
            finish(exchange, Reply.error(403, insufficientRole.get()));
            return;
        }
        AdminRequest request = new AdminRequest(
                session,
                match.rest(),
                exchange.getQueryString(),
                header(exchange, Headers.ACCEPT),
                header(exchange, Headers.IF_NONE_MATCH),
                body);
        try {
            Executor executor = match.route().mayBlock()
                    ? blockingExecutor
                    : exchange.getConnection().getWorker();
            executor.execute(() -> finish(exchange, withinBudget(exchange, session, call(match, request))));
        } catch (RejectedExecutionException e) {
            finish(
                    exchange,
                    Reply.error(503, "Too many requests are waiting for PostgreSQL, or this server is stopping")
                            .with(Headers.RETRY_AFTER, "1"));
        }
    }

    private ResponseWriter withinBudget(HttpServerExchange exchange, OperatorSession session, ResponseWriter response) {
        if (response instanceof Reply reply
                && !responses.takeFor(exchange, session, reply.body().remaining())) {
            return Reply.error(503, "Too many responses are waiting to be read by their clients")
                    .with(Headers.RETRY_AFTER, "1");
        }
        return response;
    }

    private static String header(HttpServerExchange exchange, HttpString name) {
        return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
    }

    /** The reason why the operator's role does not suffice; empty if it does. */
    private Optional<String> roleRefusal(RequiredRole requiredRole, OperatorSession session) {
        return switch (requiredRole) {
            case NONE, ANY -> Optional.empty();
            case CONTROL ->
                switch (session.role()) {
                    case CONTROL -> Optional.empty();
                    case MONITOR ->
                        Optional.of(
                                operators.isLoginRequired()
                                        ? "Changes require an operator with the role control"
                                        : "Changes require an operator, and this server was started without any; add one"
                                                + " with ./run.sh operator add NAME --role control, then restart");
                };
        };
    }

    private static ResponseWriter call(Match match, AdminRequest request) {
        try {
            return match.route().endpoint().handle(request);
        } catch (BadRequestException | InvalidEventQuery | InvalidSettingException | ActionRefusedException e) {
            return Reply.error(400, e.getMessage());
        } catch (RuntimeException | Error e) {
            return Reply.error(500, "Unexpected error; see the server's log, error id " + logError(match, e));
        }
    }

    /** @return the id of the logged error */
    private static String logError(Match match, Throwable failure) {
        String id =
                String.format(Locale.ROOT, "%016x", ThreadLocalRandom.current().nextLong());
        LOG.error("{} failed, error id {}", match.route().path(), id, failure);
        return id;
    }

    private static void finish(HttpServerExchange exchange, ResponseWriter response) {
        try {
            response.send(exchange);
        } catch (RuntimeException e) {
            LOG.debug("A response could not be sent", e);
            RequestBody.closeConnection(exchange);
        }
    }

    /** Interrupts the endpoints that wait; requests queued for them get no response. */
    @Override
    public void close() {
        blockingExecutor.shutdownNow();
    }
}
