package app.rodmena.auth.http;

import app.rodmena.auth.events.CallContext;
import app.rodmena.auth.rbac.ClientKey;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** How one method of one path is answered. */
sealed interface Route {
    /** The method and the template, never a real path. */
    String name();

    String GET = "GET";
    String HEAD = "HEAD";
    String POST = "POST";
    String DELETE = "DELETE";
    String OPTIONS = "OPTIONS";
    String CONNECT = "CONNECT";

    /** For everybody, at once, on the I/O thread. */
    record Open(String name, Supplier<Response> answer) implements Route {}

    /** For whoever has a key, when the database has answered. */
    record Keyed(String name, Action action) implements Route {}

    /** For whoever has a key and says in the body what to ask. */
    record Posted(String name, BodyAction action) implements Route {}

    /** Asks the service; {@code first} and {@code second} are the path's names, null where its template has fewer. */
    @FunctionalInterface
    interface Action {
        CompletionStage<Response> ask(CallContext caller, ClientKey key, String first, String second);
    }

    /** For a client with a key, when the database has answered; a long list while it does. */
    record Listed(String name, ListAction action) implements Route {}

    /** As {@link Action}, but may write the answer to {@code response} instead: then the stage completes with null. */
    @FunctionalInterface
    interface ListAction {
        CompletionStage<Response> ask(CallContext caller, ClientKey key, String first, ListResponse response);
    }

    /** Asks the service what the body says. */
    @FunctionalInterface
    interface BodyAction {
        CompletionStage<Response> ask(CallContext caller, ClientKey key, byte[] body);
    }
}
