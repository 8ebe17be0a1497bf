package app.rodmena.auth.api;

import app.rodmena.auth.http.Response;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Handles the requests of a route. */
sealed interface Endpoint {
    /** Needs no client key; answered immediately on the I/O thread. */
    record Open(Supplier<Response> response) implements Endpoint {}

    /**
     * Needs a client key; answered when the database has responded.
     *
     * @param takesBody whether it has parameters in the body
     * @param parameters the names of the parameters that it takes in the query
     * @param action calls the service; the stage completes with null if the request's {@link ApiRequest#list} has sent
     *     the response
     */
    record Keyed(boolean takesBody, Set<String> parameters, Function<ApiRequest, CompletionStage<Response>> action)
            implements Endpoint {
        /** Takes parameters in the path only. */
        Keyed(Function<ApiRequest, CompletionStage<Response>> action) {
            this(false, Set.of(), action);
        }
    }
}
