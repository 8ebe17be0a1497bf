package app.rodmena.auth.database;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.database.Migrations.MigrationException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prepares the database in the background, and retries until it succeeds. Thread-safe. */
final class SchemaInitializer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");

    /** The pause after a temporary failure: short, so that the server is ready soon after the database. */
    private static final Duration SHORT_PAUSE = Duration.ofSeconds(1);

    /** The pause after a failure that needs intervention, for example a missing privilege. */
    private static final Duration LONG_PAUSE = Duration.ofSeconds(30);

    @FunctionalInterface
    interface Attempt {
        void run() throws MigrationException, InterruptedException;
    }

    private final Attempt attempt;
    private final Duration shortPause;
    private final Duration longPause;
    private final Thread thread;
    private final CompletableFuture<Void> firstAttempt = new CompletableFuture<>();
    private volatile boolean done;
    private volatile String problem = "the database is being prepared";
    private String lastLogged = "";

    SchemaInitializer(Attempt attempt) {
        this(attempt, SHORT_PAUSE, LONG_PAUSE);
    }

    SchemaInitializer(Attempt attempt, Duration shortPause, Duration longPause) {
        this.attempt = attempt;
        this.shortPause = shortPause;
        this.longPause = longPause;
        thread = DaemonThreads.start("database-preparation", this::retryUntilDone);
    }

    boolean isDone() {
        return done;
    }

    /** Why the database is not prepared, safe for responses. */
    String problem() {
        return problem;
    }

    /**
     * Waits until the first attempt has ended.
     *
     * @throws DatabaseFailure if it failed; further attempts follow. Also if the thread is interrupted; the interrupt
     *     status is kept
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

    /** Waits until the first attempt has ended, successfully or not, the time is over, or the thread is interrupted. */
    void awaitFirstAttempt(Duration timeout) {
        try {
            firstAttempt.handle((done, failure) -> null).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("The first attempt to prepare the database is still running", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void retryUntilDone() {
        try {
            for (var failure = tryOnce(); failure.isPresent(); failure = tryOnce()) {
                problem = "the database is not prepared yet; the log says why";
                boolean transientFailure = failure.get() instanceof MigrationException migrationFailure
                        && migrationFailure.worthRetrying();
                Duration pause = transientFailure ? shortPause : longPause;
                logFailure(failure.get(), transientFailure, pause);
                firstAttempt.completeExceptionally(failure.get());
                Thread.sleep(pause.toMillis());
            }
            done = true;
            if (!lastLogged.isEmpty()) {
                LOG.info("The database is prepared now");
            }
            firstAttempt.complete(null);
        } catch (InterruptedException e) {
            firstAttempt.completeExceptionally(e);
        }
    }

    /** Returns the failure; also an Error, which would otherwise end the thread without notifying waiting threads. */
    private Optional<Throwable> tryOnce() throws InterruptedException {
        try {
            attempt.run();
            return Optional.empty();
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            return Optional.of(e);
        }
    }

    private void logFailure(Throwable failure, boolean transientFailure, Duration pause) {
        String message = String.valueOf(failure.getMessage());
        if (message.equals(lastLogged)) {
            return;
        }
        lastLogged = message;
        if (transientFailure) {
            LOG.error("The database cannot be prepared, retrying: {}", message);
        } else if (failure instanceof MigrationException) {
            LOG.error(
                    "The database cannot be prepared: {}. This needs intervention; after the correction, this server"
                            + " recovers within {} s",
                    message,
                    pause.toSeconds());
        } else {
            LOG.error("The database cannot be prepared: unexpected error; retrying", failure);
        }
    }

    @Override
    public void close() {
        DaemonThreads.stop(thread);
    }
}
