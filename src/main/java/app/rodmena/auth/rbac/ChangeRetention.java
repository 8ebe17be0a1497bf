package app.rodmena.auth.rbac;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.database.Monitor;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes changes that are older than they are kept, in small batches on the monitor's connection, so that no write and
 * no request waits. Several servers on a database skip each other's rows; the shortest time applies. Thread-safe.
 */
public final class ChangeRetention implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("auth.database");
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final Duration WARN_AFTER = Duration.ofHours(1);
    private static final int MAX_BATCH = 1000;
    private static final int MIN_BATCH = 50;

    /** Deletes the oldest changes, and records up to which transaction and id. */
    static final String DELETE = """
            /* changes.delete_old */
            with oldest as (
                select xid, id, date_created from auth_change
                order by xid, id
                limit ?
                for update skip locked
            ), deleted as (
                delete from auth_change using oldest
                where auth_change.xid = oldest.xid and auth_change.id = oldest.id
                    and oldest.date_created < now() - make_interval(secs => ?)
                returning auth_change.xid, auth_change.id
            ), counted as (
                select count(*) as rows, max(id) as id, (select xid from deleted order by xid desc limit 1) as xid
                from deleted
            ), moved as (
                update auth_change_horizon h
                set xid = greatest(h.xid, counted.xid), id = greatest(h.id, counted.id)
                from counted
                where counted.rows > 0
            )
            select rows from counted
            """;

    /**
     * Changes that were restored from the backup of another PostgreSQL may have transaction ids which this one has not
     * reached. They would mix with its own changes later, so they are deleted.
     */
    static final String DELETE_FOREIGN = """
            /* changes.delete_foreign */
            with foreign_rows as (
                select xid, id from auth_change where xid >= pg_snapshot_xmax(pg_current_snapshot())
                order by xid desc, id desc
                limit ?
                for update skip locked
            ), deleted as (
                delete from auth_change using foreign_rows
                where auth_change.xid = foreign_rows.xid and auth_change.id = foreign_rows.id
                returning true
            ), moved as (
                update auth_change_horizon set xid = '0', id = 0
                where xid >= pg_snapshot_xmax(pg_current_snapshot())
            )
            select count(*) from deleted
            """;

    private final DatabaseEngine database;
    private final Duration kept;
    private final Thread thread;

    // Used by the thread only
    private int batch = MAX_BATCH;
    private long lastSuccessNanos = System.nanoTime();
    private boolean warned;

    public ChangeRetention(DatabaseEngine database, Duration kept) {
        this.database = database;
        this.kept = kept;
        thread = DaemonThreads.start("auth-change-retention", this::run);
    }

    private void run() {
        try {
            while (true) {
                if (database.availability().migrated()) {
                    deleteAll();
                    TimeUnit.NANOSECONDS.sleep(INTERVAL.toNanos());
                } else {
                    TimeUnit.SECONDS.sleep(1);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("Old changes are no longer deleted, because the server stops");
        }
    }

    private void deleteAll() throws InterruptedException {
        try {
            while (delete(DELETE_FOREIGN, batch) == batch) {
                LOG.info("Deleted {} changes of another PostgreSQL, whose backup was restored", batch);
            }
            while (delete(DELETE, batch, kept.toMillis() / 1000.0) == batch) {
                LOG.debug("Deleted {} old changes", batch);
            }
            batch = Math.min(MAX_BATCH, batch * 2);
            lastSuccessNanos = System.nanoTime();
            warned = false;
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            batch = Math.max(MIN_BATCH, batch / 2);
            LOG.debug("Old changes were not deleted; the next attempt follows, with a batch of {}", batch, e);
            if (!warned && System.nanoTime() - lastSuccessNanos > WARN_AFTER.toNanos()) {
                warned = true;
                LOG.warn("Old changes were not deleted for {}; their table grows", WARN_AFTER, e);
            }
        }
    }

    /** Deletes one batch; returns the number of deleted changes. */
    private int delete(String sql, Object... parameters)
            throws InterruptedException, ExecutionException, TimeoutException {
        Monitor.DiagnosticQuery<Integer> deletion = connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1, parameters[i]);
                }
                try (var rows = statement.executeQuery()) {
                    rows.next();
                    return rows.getInt(1);
                }
            }
        };
        return database.monitor().submit(deletion).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        DaemonThreads.stop(thread);
    }
}
