package app.rodmena.auth.database;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the database into shape, in the background, trying until it succeeds. */
final class Preparation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");
    private static final long PAUSE_MILLIS = 1_000;

    /** One attempt to prepare the database. */
    @FunctionalInterface
    interface Attempt {
        void run() throws MigrationException, SQLException, InterruptedException;
    }

    private final Attempt attempt;
    private final Thread thread;
    private final CompletableFuture<Void> firstAttempt = new CompletableFuture<>();
    private volatile boolean done;
    private volatile String problem = "the database is being prepared";

    Preparation(Attempt attempt) {
        this.attempt = attempt;
        thread = new Thread(this::untilDone, "database-preparation");
        thread.setDaemon(true);
        thread.start();
    }

    boolean isDone() {
        return done;
    }

    /** Why it is not done, safe to show. */
    String problem() {
        return problem;
    }

    /**
     * Waits until the first attempt has ended.
     *
     * @throws DatabaseFailure if it failed; further attempts go on
     */
    void awaitFirstAttempt() {
        try {
            firstAttempt.get();
        } catch (ExecutionException e) {
            throw new DatabaseFailure(
                    DatabaseFailure.Reason.DATABASE_DOWN, e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseFailure(DatabaseFailure.Reason.SHUTTING_DOWN, "interrupted", e);
        }
    }

    /** Waits until the first attempt has ended, well or badly, or the time is over. */
    void awaitFirstAttempt(Duration most) {
        try {
            firstAttempt.handle((done, failure) -> null).get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("The first attempt to prepare the database goes on", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void untilDone() {
        String lastTold = "";
        try {
            while (!done) {
                try {
                    attempt.run();
                    done = true;
                    firstAttempt.complete(null);
                } catch (MigrationException | SQLException | RuntimeException e) {
                    firstAttempt.completeExceptionally(e);
                    problem = "the database is not prepared yet; the log tells why";
                    String told = String.valueOf(e.getMessage());
                    if (!told.equals(lastTold)) {
                        LOG.error("The database can't be prepared, trying on: {}", told);
                        lastTold = told;
                    }
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            firstAttempt.completeExceptionally(e);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
