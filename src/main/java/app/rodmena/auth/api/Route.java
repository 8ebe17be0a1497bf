package app.rodmena.auth.api;

import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.rbac.ClientKey;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Handles one method of one path. */
sealed interface Route {
    /** The method and the path template; never the path of a request. */
    String name();

    String GET = "GET";
    String HEAD = "HEAD";
    String POST = "POST";
    String DELETE = "DELETE";
    String OPTIONS = "OPTIONS";
    String CONNECT = "CONNECT";

    /** Needs no client key; answered immediately on the I/O thread. */
    record Open(String name, Supplier<Response> response) implements Route {}

    /** Needs a client key; answered when the database has responded. */
    record Keyed(String name, Action action) implements Route {}

    /** Needs a client key and takes its parameters from the body; answered when the database has responded. */
    record Posted(String name, BodyAction action) implements Route {}

    /**
     * Calls the service; {@code first} and {@code second} are the path's parameters, null if its template has fewer.
     */
    @FunctionalInterface
    interface Action {
        CompletionStage<Response> execute(CallContext caller, ClientKey key, String first, String second);
    }

    /** Needs a client key; a short list is sent when the database has responded, a long one while it is read. */
    record Listed(String name, ListAction action) implements Route {}

    /**
     * Like {@link Action}, but may write the response body to {@code response} instead; then the stage completes with
     * null.
     */
    @FunctionalInterface
    interface ListAction {
        CompletionStage<Response> executeList(CallContext caller, ClientKey key, String first, ListResponse response);
    }

    /** Calls the service with the parameters in the body. */
    @FunctionalInterface
    interface BodyAction {
        CompletionStage<Response> executeBody(CallContext caller, ClientKey key, byte[] body);
    }
}
