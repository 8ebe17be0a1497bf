package app.rodmena.auth.cli;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.events.CallContext;
import java.util.concurrent.CompletableFuture;

/** What an application does wrong with connections, as one that embeds the server might. */
final class LeakyApplication {
    private final DatabaseEngine engine;
    private final CompletableFuture<Boolean> fixed = new CompletableFuture<>();

    LeakyApplication(DatabaseEngine engine) {
        this.engine = engine;
    }

    /** Takes a connection, asks nothing, and waits for work that never comes. */
    void exportNightlyReport() {
        var unused = engine.call(CallContext.named("nightly report"), handle -> waitForWorkThatNeverComes());
    }

    /** Opens a transaction, asks something, and then waits for somebody else's service. */
    void orderWithPayment() {
        var unused = engine.call(
                CallContext.named("order with payment"),
                handle -> handle.inTransaction(transaction -> {
                    transaction.execute("/* demo.order */ select count(*) from auth_group");
                    return waitForPaymentService();
                }));
    }

    private boolean waitForWorkThatNeverComes() {
        return fixed.join();
    }

    private boolean waitForPaymentService() {
        return fixed.join();
    }

    /** Somebody has corrected it: all connections come back. */
    void fix() {
        fixed.complete(true);
    }
}
