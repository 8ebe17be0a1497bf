package app.rodmena.auth.database;

import app.rodmena.auth.events.Caller;
import app.rodmena.auth.events.EventLog;
import app.rodmena.auth.events.PoolEvents;
import app.rodmena.auth.pool.Pool;
import app.rodmena.auth.pool.PoolSnapshot;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.SingleLoginDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;

/**
 * The door to the database: one engine per process, whose pool everything goes through. Thread-safe.
 *
 * <p>It opens whether PostgreSQL is there or not, and gets ready as soon as it is; {@link #availability()} tells.
 */
public final class DatabaseEngine implements AutoCloseable {
    private static final Object DOOR = new Object();

    /** Guarded by the door, as its {@link #users} are; without any it is being closed. */
    private static DatabaseEngine theOne;

    private final DatabaseConfig config;
    private final PoolEvents events = new PoolEvents();
    private final Pool pool;
    private final Jdbi jdbi;
    private final Heartbeat heartbeat;
    private final Preparation preparation;
    private int users;

    private DatabaseEngine(DatabaseConfig config) {
        this.config = config;
        Sessions sessions = new Sessions(new Connector(config.target()), config.instance());
        events.add(new EventLog());
        pool = new Pool("auth", config.pool(), sessions, events);
        jdbi = Jdbi.create(new LeasedConnection());
        // Statements are asked with client keys in them, which must not get into an exception's message.
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
        heartbeat = new Heartbeat(sessions, pool::settings);
        preparation = new Preparation(() -> migrate(sessions));
    }

    /**
     * Opens the engine of this process, or joins those who have it open with the same settings; whoever opens it closes
     * it, once. While a former one is being closed, waits for that.
     *
     * @throws IllegalStateException if it is open with other settings
     */
    public static DatabaseEngine open(DatabaseConfig config) {
        synchronized (DOOR) {
            awaitEndOfFormer();
            if (theOne == null) {
                theOne = new DatabaseEngine(config);
            } else if (!theOne.config.equals(config)) {
                throw new IllegalStateException(
                        "one engine per process: it is open with %s, and can't be opened with %s as well"
                                .formatted(theOne.config, config));
            }
            theOne.users++;
            return theOne;
        }
    }

    /** Two pools at once would be more connections than anybody allowed. */
    private static void awaitEndOfFormer() {
        boolean interrupted = false;
        while (theOne != null && theOne.users == 0) {
            try {
                DOOR.wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Runs {@code work} on a connection of the pool, once one is free, on a thread of the pool's. Never blocks.
     *
     * @return the answer; completed with a {@link DatabaseFailure} where the database gave none
     */
    public <T> CompletionStage<T> call(Caller caller, HandleCallback<T, RuntimeException> work) {
        if (!preparation.isDone()) {
            return CompletableFuture.failedFuture(
                    new DatabaseFailure(DatabaseFailure.Reason.DATABASE_DOWN, preparation.problem(), null));
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        pool.call(caller, connection -> LeasedConnection.with(connection, jdbi, work))
                .whenComplete((result, failure) -> {
                    if (failure == null) {
                        answer.complete(result);
                    } else {
                        answer.completeExceptionally(Failures.of(failure));
                    }
                });
        return answer;
    }

    /** The pool's numbers, all of the same instant; lock-free, whatever state the database is in. */
    public PoolSnapshot snapshot() {
        return pool.snapshot();
    }

    /** Whether PostgreSQL answers; at most 2 s old, and told at once. */
    public Availability availability() {
        boolean prepared = preparation.isDone();
        boolean alive = heartbeat.isAlive();
        String problem = alive && !prepared ? preparation.problem() : heartbeat.problem();
        return new Availability(alive, prepared, problem, heartbeat.since());
    }

    /**
     * Waits until the first attempt to reach and prepare the database has ended.
     *
     * @throws DatabaseFailure if it failed
     */
    public void awaitFirstAttempt() {
        preparation.awaitFirstAttempt();
    }

    /** Waits until that first attempt has ended, well or badly, or the time is over. */
    public void awaitFirstAttempt(Duration most) {
        preparation.awaitFirstAttempt(most);
    }

    /** Everything the pool tells, for whoever wants to listen. */
    public PoolEvents events() {
        return events;
    }

    /**
     * Leaves; the last to leave closes, giving connections that are out {@code grace} to come back. Leaving again after
     * that does nothing.
     */
    public void close(Duration grace) {
        synchronized (DOOR) {
            if (users == 0 || --users > 0) {
                return;
            }
        }
        try {
            preparation.close();
            pool.close(grace);
            heartbeat.close();
        } finally {
            synchronized (DOOR) {
                theOne = null;
                DOOR.notifyAll();
            }
        }
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    private void migrate(Sessions sessions) throws MigrationException, InterruptedException {
        new Migrations(new SingleLoginDataSource() {
                    @Override
                    public Connection getConnection() throws SQLException {
                        return sessions.openMigration(config.pool());
                    }
                })
                .migrate();
    }
}
