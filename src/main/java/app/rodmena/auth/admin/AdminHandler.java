package app.rodmena.auth.admin;

import app.rodmena.auth.admin.AdminRoutes.AdminEndpoint;
import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.common.InvalidParameterException;
import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.http.HttpError;
import app.rodmena.auth.http.OperatorAccess;
import app.rodmena.auth.http.Request;
import app.rodmena.auth.http.RequestHandler;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.http.ResponseBudget;
import app.rodmena.auth.security.AuditLog;
import app.rodmena.auth.security.OperatorSession;
import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.OriginCheck;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the requests of operators: checks Host and origin, logs the operator in, then calls the endpoint. Endpoints
 * run on worker threads, everything else on the I/O thread. Endpoints that may wait have a thread pool of their own, so
 * that health and numbers are served while they wait.
 */
final class AdminHandler extends RequestHandler<AdminEndpoint> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.admin");
    private static final int MAX_BODY_BYTES = 64 * 1024;
    private static final Duration BODY_TIMEOUT = Duration.ofSeconds(5);

    /** Unread responses may take a sixteenth of the heap. */
    private static final int HEAP_DIVISOR = 16;

    private static final int BLOCKING_THREADS = 2;
    private static final int MAX_QUEUED = 20;

    static final HttpString CONTENT_SECURITY_POLICY = new HttpString("Content-Security-Policy");
    private static final HttpString NOSNIFF = new HttpString("X-Content-Type-Options");
    private static final HttpString REFERRER = new HttpString("Referrer-Policy");

    /** Allows nothing from other origins, and no inline scripts or styles. Single-file pages set their own policy. */
    private static final String STRICT_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final ThreadPoolExecutor blockingExecutor = DaemonThreads.pool(
            BLOCKING_THREADS, new ArrayBlockingQueue<>(MAX_QUEUED), DaemonThreads.named("auth-admin-blocking"));
    private final Operators operators;
    private final OperatorAccess access;

    AdminHandler(AdminRoutes routes, OriginCheck originCheck, int maxHeaderBytes, Operators operators) {
        super(
                routes.router,
                new Limits(maxHeaderBytes, MAX_BODY_BYTES, BODY_TIMEOUT),
                ResponseBudget.ofHeap(HEAP_DIVISOR),
                LOG);
        this.operators = operators;
        this.access = new OperatorAccess(originCheck, operators, LOG);
    }

    /** Sets the headers against content sniffing, cross-site use and caching, and checks Host and origin. */
    @Override
    protected void begin(Request<AdminEndpoint> request) {
        HttpServerExchange exchange = request.exchange();
        exchange.getResponseHeaders()
                .put(NOSNIFF, "nosniff")
                .put(CONTENT_SECURITY_POLICY, STRICT_POLICY)
                .put(REFERRER, "same-origin")
                .put(Headers.CACHE_CONTROL, "no-store");
        HeaderMap headers = exchange.getRequestHeaders();
        Optional<String> refusal = access.originCheck()
                .refusalReason(exchange.getDestinationAddress().getAddress(), name -> {
                    HeaderValues values = headers.get(name);
                    return values == null ? List.of() : values;
                });
        refusal.ifPresent(reason -> {
            AuditLog.denied(
                    request.address(),
                    "%s %s: %s".formatted(exchange.getRequestMethod(), exchange.getRequestPath(), reason));
            throw new HttpError(403, "Denied: " + reason);
        });
    }

    @Override
    protected Call accept(Request<AdminEndpoint> request) {
        boolean changes = request.route().endpoint().changes();
        if (changes && !isJson(request.header(Headers.CONTENT_TYPE))) {
            throw new HttpError(415, "The body must be JSON, with Content-Type: application/json");
        }
        return new Call() {
            @Override
            public boolean takesBody() {
                return changes;
            }

            @Override
            public void run(HttpServerExchange exchange, byte[] body) {
                login(request, body);
            }
        };
    }

    private static boolean isJson(String contentType) {
        return contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(Response.JSON);
    }

    private void login(Request<AdminEndpoint> request, byte[] body) {
        CompletableFuture<OperatorSession> login = request.route().endpoint().open()
                ? CompletableFuture.completedFuture(operators.anonymous(request.address()))
                : access.login(
                        request.exchange().getRequestHeaders().getFirst(Headers.AUTHORIZATION), request.address());
        var unused = login.whenComplete((session, failure) -> {
            if (failure == null) {
                authorize(request, session, body);
            } else {
                finish(request, request.address(), map(request, failure));
            }
        });
    }

    private void authorize(Request<AdminEndpoint> request, OperatorSession session, byte[] body) {
        AdminEndpoint endpoint = request.route().endpoint();
        if (endpoint.changes() && !session.role().mayChange()) {
            AuditLog.denied(session, request.route().name());
            String reason = operators.isLoginRequired()
                    ? "Changes require an operator with the role control"
                    : "Changes require an operator, and this server was started without any; add one"
                            + " with ./run.sh operator add NAME --role control, then restart";
            finish(request, session, Response.error(403, reason));
            return;
        }
        Executor executor = endpoint.mayBlock()
                ? blockingExecutor
                : request.exchange().getConnection().getWorker();
        try {
            executor.execute(() -> {
                Response response = response(request, session, body);
                request.exchange().getIoThread().execute(() -> finish(request, session, response));
            });
        } catch (RejectedExecutionException e) {
            HttpError busy = HttpError.unavailable(
                    "Too many requests are waiting for PostgreSQL, or this server is stopping", Map.of(), 1);
            finish(request, session, busy.response(request.id()));
        }
    }

    private Response response(Request<AdminEndpoint> request, OperatorSession session, byte[] body) {
        try {
            return request.route().endpoint().action().apply(new AdminRequest(request, session, body));
        } catch (RuntimeException | Error e) {
            return map(request, e);
        }
    }

    @Override
    protected Optional<HttpError> knownError(Throwable failure) {
        boolean isInvalid = failure instanceof InvalidParameterException || failure instanceof InvalidSettingException;
        return isInvalid ? Optional.of(HttpError.badRequest(failure.getMessage())) : Optional.empty();
    }

    /** Interrupts the endpoints that wait; requests queued for them get no response. */
    @Override
    public void close() {
        blockingExecutor.shutdownNow();
    }
}
