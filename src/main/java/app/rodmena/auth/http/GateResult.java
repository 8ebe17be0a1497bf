package app.rodmena.auth.http;

import app.rodmena.auth.events.CallContext;
import app.rodmena.auth.rbac.ClientKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What the gate makes of a request: answered already, or a question to be asked. */
sealed interface GateResult permits Response, GateResult.Question {
    /** A request that passed the gate, with what is needed to ask the service. */
    sealed interface Question extends GateResult {
        String route();

        ClientKey key();

        CompletionStage<Response> ask(CallContext caller, byte[] body, ListResponse response);

        /**
         * Asks the service. Never throws: what the service throws at once is a failed answer like any other.
         *
         * @param body the request's, where this {@link Posted} question has one
         * @param response where a {@link Listed} question may write its answer; the stage completes with null then.
         *     Null for any other
         */
        default CompletionStage<Response> ask(byte[] body, ListResponse response) {
            try {
                return ask(new CallContext(route(), key()), body, response);
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
    }

    /** All that is asked is in the path. */
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

    /** A list is asked for. */
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

    /** What is asked is in the body. */
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
