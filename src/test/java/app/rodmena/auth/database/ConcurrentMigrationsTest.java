package app.rodmena.auth.database;

import static app.rodmena.auth.database.Catalogue.rows;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.Migrations.MigrationException;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.testing.ChildJvm;
import app.rodmena.auth.testing.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConcurrentMigrationsTest {
    private static final int STARTERS = 8;
    private static final String HISTORY =
            "select version, count(*) from auth_schema_history where success group by version order by version";

    private final ExecutorService threads = Executors.newFixedThreadPool(STARTERS);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void eightConcurrentMigrationsOfAnEmptyDatabaseRunOnce() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        startTogether(target);
        assertThat(rows(target, HISTORY)).containsExactly("1 1", "2 1", "3 1", "4 1");
    }

    @Test
    void eightConcurrentMigrationsOfAnOlderInstallationRunOnce() throws Exception {
        DatabaseTarget target = Catalogue.olderInstallation();
        startTogether(target);
        assertThat(rows(target, HISTORY)).containsExactly("0 1", "1 1", "2 1", "3 1", "4 1");
    }

    @Test
    void eightConcurrentProcessesMigrateOnce() throws Exception {
        DatabaseTarget target = Catalogue.olderInstallation();
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < STARTERS; i++) {
            processes.add(new ProcessBuilder(ChildJvm.command(List.of(), MigratingProcess.class, target.jdbcUrl()))
                    .redirectErrorStream(true)
                    .start());
        }
        for (Process process : processes) {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        }
        assertThat(rows(target, HISTORY)).containsExactly("0 1", "1 1", "2 1", "3 1", "4 1");
    }

    /** The migration of a server's start, in its own process. */
    static final class MigratingProcess {
        private MigratingProcess() {}

        public static void main(String[] args) throws Exception {
            MigrationsTest.migrate(new DatabaseTarget(args[0], "postgres", Secret.NONE));
        }
    }

    @Test
    void aLongReaderDelaysTheMigrationButNotLaterReaders() throws Exception {
        DatabaseTarget target = Catalogue.olderInstallation();
        try (Connection reader = TestPostgres.connect(target)) {
            reader.setAutoCommit(false);
            reader.createStatement().execute("select count(*) from auth_group");
            Future<?> migration = threads.submit(() -> migrateUnchecked(target));
            await().atMost(30, SECONDS).until(() -> waitingForALock(target) == 1);
            Future<?> nextReader = threads.submit(() -> rows(target, "select count(*) from auth_group"));
            nextReader.get(30, SECONDS);
            assertThat(migration).isNotDone();
            reader.rollback();
            migration.get(30, SECONDS);
        }
        assertThat(rows(target, HISTORY)).hasSize(5);
    }

    @Test
    void theStatementTimeoutOfTheDatabaseDoesNotApplyToMigrations() throws Exception {
        DatabaseTarget target = Catalogue.olderInstallation();
        try (Connection reader = TestPostgres.connect(target)) {
            Catalogue.execute(
                    target,
                    "do $$ begin execute format('alter database %I set statement_timeout = %L', current_database(), '1s');"
                            + " end $$");
            reader.setAutoCommit(false);
            reader.createStatement().execute("select count(*) from auth_group");
            Future<?> migration = threads.submit(() -> migrateUnchecked(target));
            await().atMost(30, SECONDS).until(() -> rows(target, """
                                    select 1 from pg_stat_activity
                                    where datname = current_database() and wait_event_type = 'Lock'
                                        and clock_timestamp() - query_start > interval '1.5 s'
                                    """).size() == 1);
            reader.rollback();
            migration.get(30, SECONDS);
        }
    }

    private static int waitingForALock(DatabaseTarget target) {
        return rows(target, """
                        select 1 from pg_stat_activity
                        where datname = current_database() and wait_event_type = 'Lock'
                        """).size();
    }

    private void startTogether(DatabaseTarget target) throws Exception {
        CountDownLatch together = new CountDownLatch(STARTERS);
        List<Future<?>> starts = new ArrayList<>();
        for (int i = 0; i < STARTERS; i++) {
            starts.add(threads.submit(() -> {
                together.countDown();
                together.await();
                MigrationsTest.migrate(target);
                return null;
            }));
        }
        for (Future<?> start : starts) {
            start.get(60, SECONDS);
        }
    }

    private static void migrateUnchecked(DatabaseTarget target) {
        try {
            MigrationsTest.migrate(target);
        } catch (MigrationException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
