package app.rodmena.auth.http;

import app.rodmena.auth.events.Caller;
import app.rodmena.auth.rbac.ClientKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What the gate makes of a request: answered already, or a question to be asked. */
sealed interface Verdict permits Answer, Verdict.Question {
    /** A request that passed the gate, with what is needed to ask the service. */
    record Question(Route.Keyed route, ClientKey key, String first, String second) implements Verdict {
        /** Never throws: what the service throws at once is a failed answer like any other. */
        CompletionStage<Answer> ask() {
            try {
                return route.action().ask(new Caller(route.name(), key), key, first, second);
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
    }
}
