package app.rodmena.auth.api;

import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.Cancellation;
import app.rodmena.auth.rbac.ClientKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The result of the gate: a response, or a call of the service. */
sealed interface GateResult permits Response, GateResult.ServiceCall {
    /** A request that passed the gate, with the parameters of the service call. */
    sealed interface ServiceCall extends GateResult {
        String route();

        ClientKey key();

        /** The end of the client's interest in the response. */
        Cancellation cancellation();

        CompletionStage<Response> execute(CallContext caller, byte[] body, ListResponse response);

        /**
         * Calls the service. Never throws: an exception that the service throws synchronously becomes a failed stage.
         *
         * @param body the request's body; used by {@link Posted} only
         * @param response where a {@link Listed} request may write its response body; then the stage completes with
         *     null. Null for all other requests
         */
        default CompletionStage<Response> execute(byte[] body, ListResponse response) {
            try {
                return execute(new CallContext(route(), key(), 1, cancellation()), body, response);
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
    }

    /** All parameters are in the path. */
    record Named(Route.Keyed matched, ClientKey key, Cancellation cancellation, String first, String second)
            implements ServiceCall {
        @Override
        public String route() {
            return matched.name();
        }

        @Override
        public CompletionStage<Response> execute(CallContext caller, byte[] body, ListResponse response) {
            return matched.action().execute(caller, key, first, second);
        }
    }

    /** A request for a list. */
    record Listed(Route.Listed matched, ClientKey key, Cancellation cancellation, String first) implements ServiceCall {
        @Override
        public String route() {
            return matched.name();
        }

        @Override
        public CompletionStage<Response> execute(CallContext caller, byte[] body, ListResponse response) {
            return matched.action().executeList(caller, key, first, response);
        }
    }

    /** The parameters are in the body. */
    record Posted(Route.Posted matched, ClientKey key, Cancellation cancellation) implements ServiceCall {
        @Override
        public String route() {
            return matched.name();
        }

        @Override
        public CompletionStage<Response> execute(CallContext caller, byte[] body, ListResponse response) {
            return matched.action().executeBody(caller, key, body);
        }
    }
}
