package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Makes statements slow for a reason on a real PostgreSQL, whose buffers are as small as possible, so that it waits for
 * its files even if the operating system caches them. The reasons CPU and SYNC_REP are in {@link RecommendationsTest}.
 */
class SlowSqlReasonsTest {
    private static final int CALLERS = 3;

    /** A statement is slow after a second, so that the load that makes it slow is short. */
    private static final DiagnosisConfig CONFIG = new DiagnosisConfig(Duration.ofSeconds(1), Duration.ofSeconds(1));

    /** On disk, which the waits are for, when run.sh puts other files of tests in memory. */
    @TempDir(factory = OnDisk.class)
    static Path directory;

    private static PostgresServer postgres;

    private static final class OnDisk implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
            return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "on-disk");
        }
    }

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start(
                directory,
                "max_connections=20",
                "shared_buffers=128kB",
                "fsync=on",
                "wal_buffers=32kB",
                "wal_sync_method=open_datasync",
                "max_wal_size=256MB",
                "jit=off");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void tablesAreReadFromFiles() throws Exception {
        try (Scene scene = scene("reads")) {
            // One row for each page, so that a statement reads more than it computes.
            execute(scene, """
                    create table wide (filler text) with (autovacuum_enabled = false);
                    alter table wide alter filler set storage plain;
                    insert into wide select repeat('x', 7500) from generate_series(1, 2000)
                    """);
            scene.callers(CALLERS, "GET /report", handle -> {
                handle.execute("set max_parallel_workers_per_gather = 0");
                return handle.execute("do 'begin loop perform count(*) from wide; end loop; end'");
            });

            awaitReason(scene, "wait event IO ", "it reads or writes files");
        }
    }

    @Test
    void sortsWriteTemporaryFiles() throws Exception {
        try (Scene scene = scene("sorts")) {
            scene.callers(CALLERS, "GET /report", handle -> {
                handle.execute("set work_mem = '64kB'");
                return handle.execute("""
                        do $$begin
                            loop
                                perform count(*) from (
                                    with wide as materialized (select repeat('x', 75000) from generate_series(1, 1000))
                                    select from wide) as rows;
                            end loop;
                        end$$
                        """);
            });

            awaitReason(scene, "wait event IO Buf", "work_mem");
        }
    }

    @Test
    void theWriteAheadLogIsWrittenSlowly() throws Exception {
        try (Scene scene = scene("writes")) {
            execute(scene, "create table log (id int)");
            scene.callers(
                    CALLERS,
                    "POST /report",
                    handle -> handle.execute("do 'begin loop insert into log values (1); commit; end loop; end'"));

            awaitReason(scene, "wait event ", "the write-ahead log");
        }
    }

    /** A session that compares two entries of an index has locked their page; here the comparison takes seconds. */
    @Test
    void sessionsContendForAPage() throws Exception {
        try (Scene scene = scene("contention");
                Connection holder = Scene.otherSession(scene.target, "holder");
                Connection observer = Scene.otherSession(scene.target, "observer");
                Statement statement = observer.createStatement()) {
            execute(scene, """
                    create function compare(a int, b int) returns int language plpgsql immutable as $$
                    begin
                        if current_setting('application_name') = 'holder' and 3 in (a, b) then
                            perform pg_sleep(8);
                        end if;
                        return case when a < b then -1 when a > b then 1 else 0 end;
                    end $$;
                    create operator class slow for type int using btree as
                        operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >,
                        function 1 compare(int, int);
                    create table page (id int);
                    create index on page (id slow);
                    insert into page values (1)
                    """);
            CompletableFuture<Void> insert = CompletableFuture.runAsync(() -> {
                try {
                    Scene.run(holder, "insert into page values (2), (3)");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().until(() -> isComparing(statement));
            scene.callers(CALLERS, "GET /report", handle -> {
                handle.execute("set enable_seqscan = off");
                return handle.execute("insert into page values (0)");
            });

            awaitReason(scene, "LWLock BufferContent", "contend");
            insert.join();
        }
    }

    private static boolean isComparing(Statement statement) throws SQLException {
        try (var sleeping = statement.executeQuery(
                "select from pg_stat_activity where application_name = 'holder' and wait_event = 'PgSleep'")) {
            return sleeping.next();
        }
    }

    private static void awaitReason(Scene scene, String event, String meaning) {
        Diagnosis diagnosis = scene.await(seen -> seen.verdicts().getOrDefault(Verdict.SLOW_SQL, 0) == CALLERS
                && seen.sentence().contains(event)
                && seen.sentence().contains(meaning));
        System.out.println("Measured: " + diagnosis.sentence());
        assertThat(diagnosis.situation()).isEqualTo(Situation.EXHAUSTED);
        scene.terminateAll();
    }

    private static Scene scene(String database) throws Exception {
        postgres.execute("postgres", "create database " + database);
        DatabaseTarget target = postgres.target(database, "postgres", "");
        return new Scene(target, Scene.SMALL, CONFIG);
    }

    private static void execute(Scene scene, String sql) throws Exception {
        try (Connection session = Scene.otherSession(scene.target, "setup")) {
            Scene.run(session, sql);
        }
    }
}
