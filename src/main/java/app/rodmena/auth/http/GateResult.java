package app.rodmena.auth.http;

import app.rodmena.auth.events.CallContext;
import app.rodmena.auth.rbac.ClientKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The result of the gate: a response, or a call of the service. */
sealed interface GateResult permits Response, GateResult.Question {
    /** A request that passed the gate, with the parameters of the service call. */
    sealed interface Question extends GateResult {
        String route();

        ClientKey key();

        CompletionStage<Response> ask(CallContext caller, byte[] body, ListResponse response);

        /**
         * Calls the service. Never throws: an exception that the service throws synchronously becomes a failed stage.
         *
         * @param body the request's body; used by {@link Posted} only
         * @param response where a {@link Listed} request may write its response body; then the stage completes with
         *     null. Null for all other requests
         */
        default CompletionStage<Response> ask(byte[] body, ListResponse response) {
            try {
                return ask(new CallContext(route(), key()), body, response);
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
    }

    /** All parameters are in the path. */
    record Named(Route.Keyed to, ClientKey key, String first, String second) implements Question {
        @Override
        public String route() {
            return to.name();
        }

        @Override
        public CompletionStage<Response> ask(CallContext caller, byte[] body, ListResponse response) {
            return to.action().ask(caller, key, first, second);
        }
    }

    /** A request for a list. */
    record Listed(Route.Listed to, ClientKey key, String first) implements Question {
        @Override
        public String route() {
            return to.name();
        }

        @Override
        public CompletionStage<Response> ask(CallContext caller, byte[] body, ListResponse response) {
            return to.action().ask(caller, key, first, response);
        }
    }

    /** The parameters are in the body. */
    record Posted(Route.Posted to, ClientKey key) implements Question {
        @Override
        public String route() {
            return to.name();
        }

        @Override
        public CompletionStage<Response> ask(CallContext caller, byte[] body, ListResponse response) {
            return to.action().ask(caller, key, body);
        }
    }
}
