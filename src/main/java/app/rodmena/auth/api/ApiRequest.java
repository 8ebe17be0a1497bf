package app.rodmena.auth.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import app.rodmena.auth.http.Call;
import app.rodmena.auth.http.Gzip;
import app.rodmena.auth.http.HangUpWatch;
import app.rodmena.auth.http.QueryParameters;
import app.rodmena.auth.http.Request;
import app.rodmena.auth.http.RequestBody;
import app.rodmena.auth.http.Response;
import app.rodmena.auth.http.SseClient;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.Cancellation;
import app.rodmena.auth.pool.event.RequestIds;
import app.rodmena.auth.rbac.ClientKey;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.net.URLEncoder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A request with a client key, and its call of the service. */
final class ApiRequest implements Call {
    private final ApiHandler handler;
    private final Request<Endpoint> request;
    private final Endpoint.Keyed endpoint;
    private final ClientKey key;
    private final QueryParameters query;
    private final Cancellation cancellation;
    private byte[] body;

    /** Null until it is used. */
    private ListResponse list;

    ApiRequest(
            ApiHandler handler,
            Request<Endpoint> request,
            Endpoint.Keyed endpoint,
            ClientKey key,
            QueryParameters query,
            Cancellation cancellation) {
        this.handler = handler;
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

    /** The first parameter of the path. */
    String first() {
        return request.parameters().get(0);
    }

    /** The second parameter of the path. */
    String second() {
        return request.parameters().get(1);
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

    /** The first value of a header; empty if it is missing. */
    String header(HttpString name) {
        return request.header(name);
    }

    /** A stream of events, which ends when the client leaves. */
    Response stream(SseClient client) {
        cancellation.onCancel(client::close);
        return Response.stream(SseClient.TYPE, exchange -> {
            handler.leaveAsStream(request);
            client.start(exchange);
        });
    }

    byte[] body() {
        return body;
    }

    /** The response to write a long list to. */
    ListResponse list() {
        list = handler.listResponse(request, key);
        return list;
    }

    @Override
    public boolean takesBody() {
        return endpoint.takesBody();
    }

    @Override
    public void run(HttpServerExchange exchange, byte[] requestBody) {
        body = requestBody;
        HangUpWatch.start(exchange, handler.allowsHalfClose(), cancellation::cancel);
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
            handler.finish(request, key, response, failure);
        }
    }
}
