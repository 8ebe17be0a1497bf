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
        String routeName();

        ClientKey key();

        /** The deadline and the cancellation of the request. */
        Cancellation cancellation();

        CompletionStage<Response> execute(CallContext caller, byte[] body, ListResponse response);

        /**
         * Calls the service. Never throws: an exception that the service throws synchronously becomes a failed stage.
         *
         * @param body the request's body; used by {@link BodyCall} only
         * @param response where a {@link ListCall} request may write its response body; then the stage completes with
         *     null. Null for all other requests
         */
        default CompletionStage<Response> execute(byte[] body, ListResponse response) {
            try {
                return execute(new CallContext(routeName(), key(), 1, cancellation()), body, response);
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
    }

    /** A call with parameters in the path only. */
    record PathCall(Route.Keyed route, ClientKey key, Cancellation cancellation, String first, String second)
            implements ServiceCall {
        @Override
        public String routeName() {
            return route.name();
        }

        @Override
        public CompletionStage<Response> execute(CallContext caller, byte[] body, ListResponse response) {
            return route.action().execute(caller, key, first, second);
        }
    }

    /** A call that returns a list. */
    record ListCall(Route.Listed route, ClientKey key, Cancellation cancellation, String first) implements ServiceCall {
        @Override
        public String routeName() {
            return route.name();
        }

        @Override
        public CompletionStage<Response> execute(CallContext caller, byte[] body, ListResponse response) {
            return route.action().executeList(caller, key, first, response);
        }
    }

    /** A call with parameters in the body. */
    record BodyCall(Route.Posted route, ClientKey key, Cancellation cancellation) implements ServiceCall {
        @Override
        public String routeName() {
            return route.name();
        }

        @Override
        public CompletionStage<Response> execute(CallContext caller, byte[] body, ListResponse response) {
            return route.action().executeBody(caller, key, body);
        }
    }
}
