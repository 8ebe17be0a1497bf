package app.rodmena.auth.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.api.Routes.Endpoint;
import app.rodmena.auth.database.DatabaseFailure;
import app.rodmena.auth.http.Gzip;
import app.rodmena.auth.http.HangUpWatch;
import app.rodmena.auth.http.HttpError;
import app.rodmena.auth.http.HttpPort;
import app.rodmena.auth.http.QueryParameters;
import app.rodmena.auth.http.Request;
import app.rodmena.auth.http.RequestBody;
import app.rodmena.auth.http.RequestHandler;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.http.ResponseBudget;
import app.rodmena.auth.http.Router;
import app.rodmena.auth.http.SseClient;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.Cancellation;
import app.rodmena.auth.pool.event.RequestIds;
import app.rodmena.auth.rbac.Changes.ChangesLostException;
import app.rodmena.auth.rbac.ClientKey;
import app.rodmena.auth.rbac.InvalidValueException;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.net.URLEncoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.LoggerFactory;

/**
 * Handles the requests of the API: counts them, and requires a client key. The names in the path are validated later,
 * by the endpoints.
 */
final class ApiHandler extends RequestHandler<Endpoint> {
    private static final String SCHEME = "Bearer ";

    /** A list keeps its database connection while the client does not read for at most a fifth of read_timeout. */
    private static final int CLIENT_WAIT_DIVISOR = 5;

    private final HttpConfig config;
    private final Cors cors;
    private final InFlight inFlight;
    private final ResponseBudget responses;
    private volatile boolean closingConnections;

    ApiHandler(HttpConfig config, Router<Endpoint> routes, InFlight inFlight, ResponseBudget responses) {
        super(
                routes,
                new Limits(config.maxHeaderBytes(), config.maxBodyBytes(), config.readTimeout()),
                responses,
                LoggerFactory.getLogger("auth.http"));
        this.config = config;
        this.cors = new Cors(config.corsOrigins());
        this.inFlight = inFlight;
        this.responses = responses;
    }

    /** Closes each connection after its next response, which announces it. */
    void closeConnections() {
        closingConnections = true;
    }

    /** When the listener stopped serving, health is still reported; it does not need the database. */
    @Override
    protected Call check(Request<Endpoint> request) {
        boolean isLate = inFlight.enter(request);
        closeAfterResponse(request);
        Call call = super.check(request);
        return isLate && !(call instanceof Response)
                ? toError(ChangeStreams.stopping()).response(request.id())
                : call;
    }

    private void closeAfterResponse(Request<Endpoint> request) {
        if (closingConnections) {
            HttpPort.closeAfterResponse(request.exchange());
        }
    }

    @Override
    protected void begin(Request<Endpoint> request) {
        cors.addHeaders(request.exchange());
    }

    @Override
    protected void addOptionsHeaders(Request<Endpoint> request, String allow) {
        cors.addPreflightHeaders(request.exchange(), allow);
    }

    @Override
    protected Call accept(Request<Endpoint> request) {
        if (request.route().endpoint() instanceof Endpoint.Keyed keyed) {
            return authenticated(request, keyed);
        }
        return ((Endpoint.Open) request.route().endpoint()).response().get();
    }

    private ApiRequest authenticated(Request<Endpoint> request, Endpoint.Keyed endpoint) {
        var headers = request.exchange().getRequestHeaders();
        ClientKey key = ClientKey.parse(credentials(headers.get(Headers.AUTHORIZATION)));
        QueryParameters parameters = QueryParameters.of(request.exchange(), endpoint.parameters());
        return new ApiRequest(request, endpoint, key, parameters, RequestDeadline.of(headers, request.arrivedNanos()));
    }

    /** The token after {@code Bearer}; there must be exactly one such header with exactly one token. */
    private static String credentials(HeaderValues headers) {
        String header = headers == null || headers.size() != 1 ? "" : headers.getFirst();
        String credentials = header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? header.substring(SCHEME.length()).strip()
                : "";
        if (credentials.isEmpty() || credentials.indexOf(' ') >= 0 || credentials.indexOf('\t') >= 0) {
            throw new HttpError(401, "A client key is required: Authorization: Bearer <UUID version 4>")
                    .with(Headers.WWW_AUTHENTICATE_STRING, "Bearer realm=\"auth\"");
        }
        return credentials;
    }

    @Override
    protected Optional<HttpError> knownError(Throwable failure) {
        if (failure instanceof DatabaseFailure databaseFailure) {
            return Optional.of(toError(databaseFailure));
        }
        if (failure instanceof ChangesLostException lost) {
            return Optional.of(new HttpError(
                    410, lost.getMessage(), Map.of("reason", lost.reason().name())));
        }
        return failure instanceof InvalidValueException
                ? Optional.of(HttpError.badRequest(failure.getMessage()))
                : Optional.empty();
    }

    /** A 503 with the reason of a database failure, Retry-After, and the id of the incident, if any. */
    private static HttpError toError(DatabaseFailure failure) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("reason", failure.reason().name());
        failure.incident().ifPresent(id -> details.put("incident", id));
        return switch (failure.reason()) {
            case POOL_TIMEOUT -> HttpError.unavailable("No database connection became available in time", details, 1);
            case DEADLINE_EXCEEDED -> HttpError.unavailable("The request's deadline has passed", details, 1);
            case QUEUE_FULL ->
                HttpError.unavailable("Too many requests are waiting for a database connection", details, 1);
            case OVERLOADED ->
                HttpError.unavailable("The server is overloaded", details, Math.max(1, failure.retryAfterSeconds()));
            case DATABASE_DOWN -> HttpError.unavailable("The database does not respond", details, 5);
            case NOT_PREPARED -> HttpError.unavailable("The database schema is not ready yet", details, 5);
            case DATABASE_TROUBLE -> HttpError.unavailable("The database cannot execute this now", details, 5);
            case PERMISSION_DENIED, SCHEMA_MISMATCH ->
                HttpError.unavailable("The database refuses the statement: " + failure.getMessage(), details, 5);
            case STATEMENT_TIMEOUT -> HttpError.unavailable("The database took too long to respond", details, 5);
            case STATEMENT_CANCELLED ->
                HttpError.unavailable("The statement was cancelled in the database", details, 5);
            case SHUTTING_DOWN -> HttpError.unavailable("This server is stopping", details, 5);
        };
    }

    /** A request with a client key, and its call of the service. */
    final class ApiRequest implements Call {
        private final Request<Endpoint> request;
        private final Endpoint.Keyed endpoint;
        private final ClientKey key;
        private final QueryParameters query;
        private final Cancellation cancellation;
        private byte[] body;

        /** Null until it is used. */
        private ListResponse list;

        ApiRequest(
                Request<Endpoint> request,
                Endpoint.Keyed endpoint,
                ClientKey key,
                QueryParameters query,
                Cancellation cancellation) {
            this.request = request;
            this.endpoint = endpoint;
            this.key = key;
            this.query = query;
            this.cancellation = cancellation;
        }

        ClientKey key() {
            return key;
        }

        CallContext caller() {
            return new CallContext(
                    request.route().name(), key, 1, new RequestIds(request.id(), request.traceId()), cancellation);
        }

        /** A parameter of the path, from 0. */
        String parameter(int index) {
            return request.parameters().get(index);
        }

        QueryParameters query() {
            return query;
        }

        /** The target of a request for the same path with another query. */
        String target(String newQuery) {
            String template = request.route().name();
            StringBuilder target = new StringBuilder();
            int parameter = 0;
            for (String segment : template.substring(template.indexOf('/') + 1).split("/", -1)) {
                String name = segment.startsWith("{") ? request.parameters().get(parameter++) : segment;
                target.append('/').append(URLEncoder.encode(name, UTF_8));
            }
            return target.append('?').append(newQuery).toString();
        }

        String header(HttpString name) {
            return request.header(name);
        }

        /** A stream of events, which ends when the client leaves. */
        Response stream(SseClient client) {
            cancellation.onCancel(client::close);
            return Response.stream(SseClient.TYPE, exchange -> {
                inFlight.leaveAsStream(request);
                client.start(exchange);
            });
        }

        byte[] body() {
            return body;
        }

        /** The response to write a long list to. */
        ListResponse list() {
            list = new ListResponse(
                    request.exchange(), responses, key, config.readTimeout().dividedBy(CLIENT_WAIT_DIVISOR));
            return list;
        }

        @Override
        public boolean takesBody() {
            return endpoint.takesBody();
        }

        @Override
        public void run(HttpServerExchange exchange, byte[] requestBody) {
            body = requestBody;
            HangUpWatch.start(exchange, config.allowHalfClose(), cancellation::cancel);
            action().whenComplete((response, failure) -> {
                if (response != null || list == null || (failure != null && list.fail(failure))) {
                    try {
                        Response sent = response == null ? null : Gzip.compressed(response, exchange);
                        exchange.getIoThread().execute(() -> finish(exchange, sent, failure));
                    } catch (RuntimeException | OutOfMemoryError e) {
                        exchange.getIoThread().execute(() -> finish(exchange, null, e));
                    }
                }
            });
        }

        /** Never throws: an exception that the service throws synchronously becomes a failed stage. */
        private CompletionStage<Response> action() {
            try {
                return endpoint.action().apply(this);
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private void finish(HttpServerExchange exchange, Response response, Throwable failure) {
            if (failure != null && cancellation.isCancelled()) {
                RequestBody.closeConnection(exchange); // The client is gone.
            } else {
                closeAfterResponse(request);
                ApiHandler.this.finish(request, key, failure == null ? response : map(request, failure));
            }
        }
    }
}
