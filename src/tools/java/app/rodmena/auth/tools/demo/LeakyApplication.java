package app.rodmena.auth.tools.demo;

import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.event.CallContext;
import java.util.concurrent.CompletableFuture;

/** Typical misuse of connections by an application that embeds the server. Thread-safe. */
final class LeakyApplication {
    private final DatabaseEngine engine;
    private final CompletableFuture<Boolean> fixed = new CompletableFuture<>();

    LeakyApplication(DatabaseEngine engine) {
        this.engine = engine;
    }

    /** Checks out a connection, runs no statement and waits until {@link #fix}. */
    void exportNightlyReport() {
        var unused = engine.call(CallContext.named("nightly report"), handle -> waitForWorkThatNeverComes());
    }

    /** Opens a transaction, runs a statement and waits in it for an external service, until {@link #fix}. */
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

    /** Ends the misuse: all connections are checked in. */
    void fix() {
        fixed.complete(true);
    }
}
