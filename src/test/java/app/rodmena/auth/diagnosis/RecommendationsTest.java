package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.diagnosis.Diagnosis.Recommendation;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.testing.PostgresServer;
import app.rodmena.auth.testing.Program;
import app.rodmena.auth.testing.StandbyServer;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jdbi.v3.core.HandleCallback;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Causes each fault on a real PostgreSQL and follows the recommendations: runs their commands in psql with the given
 * login, and their statements for a superuser as a superuser. Writes must succeed afterwards.
 */
class RecommendationsTest {
    private static final String PASSWORD = "the-password-of-the-role";
    private static final String COLLEAGUE = "colleague";
    private static final Pattern FOR_SUPERUSER = Pattern.compile(", as a superuser: (.+)$");
    private static final AtomicInteger CASES = new AtomicInteger();

    @TempDir
    static Path directory;

    private static PostgresServer postgres;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start(directory, "max_connections=20", "max_prepared_transactions=2");
        postgres.execute("postgres", "create role %s login password '%s'".formatted(COLLEAGUE, PASSWORD));
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    /** Creates or ends a cause. Sessions opened by it are closed with the case. */
    @FunctionalInterface
    private interface CaseAction {
        void run(Case one) throws Exception;
    }

    @FunctionalInterface
    private interface Change {
        void run() throws SQLException;
    }

    /**
     * A cause and its expected recommendations.
     *
     * @param situation the expected situation
     * @param named the pattern that the sentence must contain
     * @param offered the pattern of a required recommendation, in its text and command
     * @param never the pattern of wrong recommendations
     * @param end the actions needed besides the recommended commands
     */
    private record Cause(
            String name,
            Situation situation,
            String named,
            String offered,
            String never,
            CaseAction making,
            CaseAction end) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Cause> causes() {
        return Stream.of(
                commandsSuffice(
                        "an idle transaction of our role has a lock",
                        Situation.EXHAUSTED,
                        "psql.+pg_terminate_backend",
                        "as a superuser",
                        one -> one.block(one.session(one.role))),
                commandsSuffice(
                        "an idle transaction of a role that we may not signal has a lock",
                        Situation.EXHAUSTED,
                        "as a superuser: select pg_terminate_backend",
                        "psql.+pg_terminate_backend",
                        one -> one.block(one.session(COLLEAGUE))),
                commandsSuffice(
                        "an idle transaction of a role that we may signal has a lock",
                        Situation.EXHAUSTED,
                        "psql.+pg_terminate_backend",
                        "alter role current_user",
                        one -> {
                            superuser("grant pg_signal_backend to " + one.role);
                            one.block(one.session(COLLEAGUE));
                        }),
                named(
                        "an idle transaction of a superuser has a lock",
                        "held by pid \\d+ \\(.+, superuser postgres, activity hidden from this role\\)",
                        "as a superuser: select pg_terminate_backend",
                        "psql.+pg_terminate_backend",
                        one -> {
                            superuser("grant pg_signal_backend to " + one.role);
                            one.block(one.session("postgres"));
                        }),
                commandsSuffice(
                        "a statement has a lock",
                        Situation.EXHAUSTED,
                        "psql.+pg_cancel_backend",
                        "idle_in_transaction",
                        one -> {
                            Connection session = one.session(one.role);
                            Scene.run(session, "begin; lock table auth_group");
                            one.runInBackground(session, "select pg_sleep(60)");
                        }),
                named(
                        "a prepared transaction of our role has a lock",
                        "held by the prepared transaction case_\\d+ of role case_\\d+, prepared",
                        "psql.+rollback prepared 'case",
                        "pg_terminate_backend",
                        one -> one.prepare(one.role)),
                named(
                        "a prepared transaction of another role has a lock",
                        "held by the prepared transaction case_\\d+ of role colleague, prepared",
                        "psql.+-U colleague .*rollback prepared 'case",
                        "pg_terminate_backend",
                        one -> one.prepare(COLLEAGUE)),
                named(
                        "an autovacuum worker blocks a statement that the clients queue behind",
                        "held by pid \\d+ \\(autovacuum worker, activity hidden from this role\\), behind ALTER TABLE of"
                                + " pid \\d+",
                        "psql.+pg_cancel_backend",
                        "pg_terminate_backend",
                        Case::vacuumSlowly),
                named(
                        "an autovacuum worker that the role may see blocks such a statement",
                        "held by pid \\d+ \\(autovacuum: VACUUM.* public.auth_group \\(to prevent wraparound\\), active for",
                        "from pg_stat_progress_vacuum",
                        "pg_terminate_backend",
                        one -> {
                            superuser("grant pg_read_all_stats to " + one.role);
                            one.vacuumSlowly();
                        }),
                named(
                        "a replication session has a lock",
                        "held by pid \\d+ \\(.+, replication session, idle in transaction for",
                        "psql.+from pg_stat_replication",
                        "as a superuser: select pg_terminate",
                        one -> {
                            superuser("alter role %s replication".formatted(COLLEAGUE));
                            superuser("grant pg_signal_backend, pg_read_all_stats to " + one.role);
                            one.block(one.replicationSession(COLLEAGUE));
                        }),
                named(
                        "another instance of this server has a lock",
                        "held by pid \\d+ \\(auth/elsewhere, another instance of this server, idle in transaction for",
                        "Diagnose the other instance, auth/elsewhere",
                        "as a superuser",
                        one -> one.block(one.instanceSession())),
                named(
                        "a session has an advisory lock",
                        "for the advisory lock 42 held by pid \\d+ \\(.+, idle for",
                        "release its advisory lock",
                        "as a superuser",
                        one -> {
                            Scene.run(one.session(one.role), "select pg_advisory_lock(42)");
                            for (int i = 0; i < 3; i++) {
                                one.call(handle -> handle.execute("select pg_advisory_xact_lock(42)"));
                            }
                        }),
                commandsSuffice(
                        "a transaction of the pool is left open",
                        Situation.EXHAUSTED,
                        "psql.+idle_in_transaction_session_timeout",
                        "as a superuser",
                        one -> {
                            one.call(handle -> {
                                handle.begin();
                                handle.execute("lock table auth_group");
                                return one.scene.holdUntilTheEnd(handle);
                            });
                            one.scene.await(Verdict.IDLE_IN_TRANSACTION, 1);
                        }),
                commandsSuffice(
                        "statements are slow",
                        Situation.EXHAUSTED,
                        "psql.+pg_cancel_backend\\(pid\\)",
                        "pool-size",
                        one -> {
                            for (int i = 0; i < 3; i++) {
                                one.call(handle -> handle.execute("select pg_sleep(60)"));
                            }
                            one.scene.await(Verdict.SLOW_SQL, 3);
                        }),
                named("statements compute", "\\(CPU.*compute", "psql.+wait_event is null", "pool-size", one -> {
                    for (int i = 0; i < 3; i++) {
                        one.call(handle -> handle.execute("do 'begin loop null; end loop; end'"));
                    }
                }),
                new Cause(
                        "commits wait for a synchronous standby",
                        Situation.EXHAUSTED,
                        "\\(wait event IPC SyncRep.*: no synchronous standby",
                        "psql.+synchronous_standby_names",
                        "pool-size",
                        one -> {
                            superuser("alter system set synchronous_standby_names = 'nobody'");
                            superuser("select pg_reload_conf()");
                        },
                        one -> {
                            superuser("alter system reset synchronous_standby_names");
                            superuser("select pg_reload_conf()");
                        }),
                commandsSuffice(
                        "the role's connections are used up",
                        Situation.REFUSED,
                        "as a superuser: alter role \\S+ connection limit",
                        "password|alter system|needs no action|pool-size [2-9]",
                        one -> one.reconnecting(
                                () -> superuser("alter role %s connection limit 1".formatted(one.role)))),
                commandsSuffice(
                        "the database's connections are used up",
                        Situation.REFUSED,
                        "as a superuser: alter database \\S+ connection limit",
                        "password|alter system|needs no action|pool-size [2-9]",
                        one -> one.reconnecting(
                                () -> superuser("alter database %s connection limit 1".formatted(one.role)))),
                manualFix(
                        "PostgreSQL's connections are used up by others",
                        Situation.REFUSED,
                        "psql.+from pg_stat_activity where backend_type",
                        "password|needs no action",
                        one -> one.disconnected(one::takeAllConnections),
                        Case::closeSessions),
                manualFix(
                        "the password was changed",
                        Situation.REFUSED,
                        "database-password-file",
                        "needs no action|pool-size|alter role",
                        one -> one.reconnecting(
                                () -> superuser("alter role %s password 'another'".formatted(one.role))),
                        one -> superuser("alter role %s password '%s'".formatted(one.role, PASSWORD))),
                manualFix(
                        "the password was changed and the monitor is still connected",
                        Situation.REFUSED,
                        "database-password-file",
                        "needs no action|pool-size|alter role",
                        one -> {
                            superuser("alter role %s password 'another'".formatted(one.role));
                            superuser("select pg_terminate_backend(pid) from pg_stat_activity where usename = '%s'"
                                            .formatted(one.role)
                                    + " and application_name = 'auth/scene'");
                        },
                        one -> superuser("alter role %s password '%s'".formatted(one.role, PASSWORD))),
                commandsSuffice(
                        "the role may not log in",
                        Situation.REFUSED,
                        "as a superuser: alter role \\S+ login",
                        "needs no action|pool-size",
                        one -> one.reconnecting(() -> superuser("alter role %s nologin".formatted(one.role)))),
                manualFix(
                        "the database was renamed",
                        Situation.REFUSED,
                        "database-url",
                        "needs no action|pool-size|password",
                        one -> one.disconnected(() ->
                                superuser("alter database %s rename to renamed_%s".formatted(one.role, one.role))),
                        one -> superuser("alter database renamed_%s rename to %s".formatted(one.role, one.role))),
                commandsSuffice(
                        "the role may not connect to the database",
                        Situation.REFUSED,
                        "as a superuser: grant connect",
                        "needs no action|pool-size|password",
                        one -> one.reconnecting(() -> superuser(
                                "revoke connect on database %s from public, %s".formatted(one.role, one.role)))),
                commandsSuffice(
                        "the database takes no connections",
                        Situation.REFUSED,
                        "as a superuser: alter database \\S+ allow_connections true",
                        "needs no action|pool-size|password",
                        one -> one.reconnecting(
                                () -> superuser("alter database %s allow_connections false".formatted(one.role)))),
                commandsSuffice(
                        "a privilege was revoked",
                        Situation.FAILING,
                        "psql.+grant .+ on table auth_group",
                        "restart|pool-size",
                        one -> one.superuserHere("revoke all on auth_group from " + one.role)),
                manualFix(
                        "a table was renamed",
                        Situation.FAILING,
                        "psql.+from pg_tables where tablename = 'auth_group'",
                        "grant|pool-size",
                        one -> one.superuserHere("alter table auth_group rename to auth_group_old"),
                        one -> one.superuserHere("alter table auth_group_old rename to auth_group")),
                manualFix(
                        "a lock_timeout was set for the role",
                        Situation.FAILING,
                        "psql.+reset lock_timeout",
                        "grant|pool-size",
                        one -> {
                            one.reconnecting(
                                    () -> superuser("alter role %s set lock_timeout = '1ms'".formatted(one.role)));
                            Scene.run(one.session("postgres"), "begin; lock table auth_group");
                        },
                        one -> {
                            assertThat(one.query("show lock_timeout")).isEqualTo("0");
                            one.closeSessions();
                        }),
                commandsSuffice(
                        "the database is read-only by default",
                        Situation.NO_PRIMARY,
                        "psql.+alter database \\S+ reset default_transaction_read_only",
                        "pg_promote",
                        one -> one.reconnecting(() -> superuser(
                                "alter database %s set default_transaction_read_only = on".formatted(one.role)))),
                commandsSuffice(
                        "the role is read-only by default",
                        Situation.NO_PRIMARY,
                        "psql.+alter role \\S+ reset default_transaction_read_only",
                        "pg_promote",
                        one -> one.reconnecting(() -> superuser(
                                "alter role %s set default_transaction_read_only = on".formatted(one.role)))));
    }

    private static Cause commandsSuffice(
            String name, Situation situation, String offered, String never, CaseAction making) {
        return manualFix(name, situation, offered, never, making, one -> {});
    }

    /** A cause that needs more than the recommended commands. */
    private static Cause manualFix(
            String name, Situation situation, String offered, String never, CaseAction making, CaseAction end) {
        return new Cause(name, situation, "", offered, never, making, end);
    }

    /** A cause that the sentence names. */
    private static Cause named(String name, String named, String offered, String never, CaseAction making) {
        return new Cause(name, Situation.EXHAUSTED, named, offered, never, making, one -> {});
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("causes")
    void theRecommendationsEndTheCause(Cause cause) throws Exception {
        try (Case one = new Case()) {
            cause.making.run(one);

            Diagnosis diagnosis = one.diagnosed(cause.situation, Pattern.compile(cause.offered));
            List<Recommendation> steps = diagnosis.steps();

            assertThat(diagnosis.sentence()).containsPattern(cause.named);
            assertThat(steps).noneMatch(step -> matches(step, Pattern.compile(cause.never)));
            for (Recommendation step : steps) {
                one.follow(step);
            }
            cause.end.run(one);
            one.awaitEnd(cause.situation);
        }
    }

    @Test
    void recommendsPromotingTheStandbyOfALostPrimary() throws Exception {
        try (StandbyServer servers = StandbyServer.start();
                TestProxy proxy = new TestProxy(servers.primary());
                Case one = new Case(proxy.target(), servers.standby())) {
            proxy.moveTo(servers.standby());
            proxy.resetConnections();

            List<Recommendation> steps = one.diagnosed(
                            Situation.NO_PRIMARY, Pattern.compile("as a superuser: select pg_promote"))
                    .steps();

            assertThat(steps).noneMatch(step -> step.command().contains("reset"));
            for (Recommendation step : steps) {
                one.follow(step);
            }
            one.awaitEnd(Situation.NO_PRIMARY);
        }
    }

    private static boolean matches(Recommendation step, Pattern pattern) {
        return pattern.matcher(step.what() + " | " + step.command()).find();
    }

    private static void superuser(String sql) throws SQLException {
        postgres.execute("postgres", sql);
    }

    /** A pool on its own database, with its own role of the same name, and clients that write continuously. */
    private static final class Case implements AutoCloseable {
        private static final int CLIENTS = 4;

        /** The pause of a client between its writes. */
        private static final Executor DELAYED = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);

        final String role;
        final Scene scene;
        private final DatabaseTarget direct;

        /** A superuser on another database. */
        private final DatabaseTarget superuser;

        private final List<Connection> sessions = new ArrayList<>();
        private final AtomicInteger succeeded = new AtomicInteger();
        private volatile boolean closed;

        Case() throws SQLException {
            this(createDatabase());
        }

        private Case(DatabaseTarget target) {
            this(target, target);
        }

        /** @param direct the target for psql */
        Case(DatabaseTarget target, DatabaseTarget direct) {
            this.role = target.user();
            this.direct = direct;
            superuser =
                    new DatabaseTarget(direct.jdbcUrl().replaceFirst("/[^/]+$", "/postgres"), "postgres", Secret.NONE);
            scene = new Scene(target, Scene.SMALL, DiagnosisConfig.DEFAULT, new Commands(psql(direct), ""));
            for (int i = 0; i < CLIENTS; i++) {
                writeRepeatedly();
            }
        }

        private static DatabaseTarget createDatabase() throws SQLException {
            String name = "case_" + CASES.incrementAndGet();
            superuser("create role %s login password '%s'".formatted(name, PASSWORD));
            superuser("create database %s owner %s strategy file_copy".formatted(name, name));
            return postgres.target(name, name, PASSWORD);
        }

        private static String psql(DatabaseTarget target) {
            URI uri = URI.create(target.jdbcUrl().substring("jdbc:".length()));
            return "%s -h %s -p %d -U %s -d %s"
                    .formatted(
                            Program.installed("/usr/bin/psql", "postgresql-client"),
                            uri.getHost(),
                            uri.getPort(),
                            target.user(),
                            uri.getPath().substring(1));
        }

        private void writeRepeatedly() {
            CompletionStage<Object> write = scene.engine.call(
                    CallContext.named("POST /api/role/{role}"),
                    handle -> handle.execute(
                            "/* test.write */ insert into auth_group (creator, role) values ('c', ?)",
                            UUID.randomUUID().toString()));
            write.whenComplete((done, failure) -> {
                if (failure == null) {
                    succeeded.incrementAndGet();
                }
                if (!closed) {
                    DELAYED.execute(this::writeRepeatedly);
                }
            });
        }

        void call(HandleCallback<Object, RuntimeException> work) {
            scene.call("GET /api/roles", work);
        }

        Connection session(String user) throws SQLException {
            String password = user.equals("postgres") ? "" : PASSWORD;
            Connection session = TestPostgres.connect(postgres.target(role, user, password));
            sessions.add(session);
            return session;
        }

        /** Locks a table that every client needs, and leaves the transaction idle. */
        void block(Connection session) throws SQLException {
            superuserHere("grant all on auth_group to public");
            Scene.run(session, "begin; lock table auth_group");
        }

        /** Prepares a transaction that holds such a lock. */
        void prepare(String user) throws SQLException {
            Connection session = session(user);
            block(session);
            Scene.run(session, "prepare transaction '%s'".formatted(role));
        }

        /** Makes a change for new sessions, and terminates the old ones. */
        void reconnecting(Change change) throws Exception {
            change.run();
            superuser("select pg_terminate_backend(pid) from pg_stat_activity where usename = '%s'".formatted(role));
        }

        /** Makes a change that requires that the role has no session. */
        void disconnected(Change change) throws Exception {
            reconnecting(() -> superuser("alter role %s connection limit 0".formatted(role)));
            change.run();
            superuser("alter role %s connection limit -1".formatted(role));
        }

        /** Runs a statement as a superuser in the case's database. */
        void superuserHere(String sql) throws SQLException {
            postgres.execute(role, sql);
        }

        /** The output of psql with the role's login. */
        String query(String sql) throws Exception {
            return run(psql(direct) + " -Atc '%s'".formatted(sql)).strip();
        }

        /** Starts a statement that ends when its session is closed. */
        void runInBackground(Connection session, String sql) {
            CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> {
                try {
                    Scene.run(session, sql);
                } catch (SQLException e) {
                    assertThat(e.getSQLState()).isIn("57014", "57P01", "08006");
                }
            });
            assertThat(ended).isNotCompletedExceptionally();
        }

        void takeAllConnections() throws SQLException {
            await().until(() -> {
                try {
                    session(COLLEAGUE);
                    return false;
                } catch (SQLException e) {
                    return "53300".equals(e.getSQLState());
                }
            });
        }

        void closeSessions() throws SQLException {
            for (Connection session : sessions) {
                session.close();
            }
        }

        /** Waits for the situation with a matching recommendation. */
        Diagnosis diagnosed(Situation situation, Pattern offered) {
            return scene.await(diagnosis -> diagnosis.situation() == situation
                    && diagnosis.steps().stream().anyMatch(step -> matches(step, offered)));
        }

        /** A session of the replication protocol, which runs statements as well. */
        Connection replicationSession(String user) throws SQLException {
            Properties properties = new Properties();
            properties.setProperty("user", user);
            properties.setProperty("password", PASSWORD);
            properties.setProperty("replication", "database");
            properties.setProperty("assumeMinServerVersion", "9.4");
            properties.setProperty("preferQueryMode", "simple");
            Connection session = DriverManager.getConnection(direct.jdbcUrl(), properties);
            sessions.add(session);
            return session;
        }

        /** A session of another instance of this server. */
        Connection instanceSession() throws SQLException {
            Connection session = session(role);
            Scene.run(session, "set application_name = 'auth/elsewhere'");
            return session;
        }

        /** Makes PostgreSQL prevent transaction ID wraparound in a table that every client needs, for a long time. */
        void vacuumSlowly() throws SQLException {
            superuserHere("""
                    alter table auth_group set (autovacuum_enabled = false, autovacuum_freeze_max_age = 100000,
                        autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)
                    """);
            superuserHere("insert into auth_group (creator, role) select 'c', n from generate_series(1, 20000) n");
            superuserHere("create table used (n int)");
            // Only now, because there are many databases and each would get a worker every second.
            superuser("alter system set autovacuum_naptime = '1s'");
            try {
                superuser("select pg_reload_conf()");
                // Each subtransaction that writes uses a transaction ID.
                superuserHere("""
                        do $$ begin
                            for n in 1..100100 loop
                                begin
                                    insert into used values (n);
                                exception when division_by_zero then null;
                                end;
                            end loop;
                        end $$
                        """);
                try (Connection admin = postgres.superuser(role);
                        var statement = admin.createStatement()) {
                    await().atMost(Duration.ofSeconds(30)).until(() -> {
                        try (var row = statement.executeQuery(
                                "select from pg_stat_progress_vacuum where relid = 'auth_group'::regclass")) {
                            return row.next();
                        }
                    });
                }
            } finally {
                superuser("alter system reset autovacuum_naptime");
                superuser("select pg_reload_conf()");
            }
            runInBackground(session(role), "alter table auth_group add column note text");
        }

        /** Follows a recommendation as an operator does, except for changes of the server's settings. */
        void follow(Recommendation step) throws Exception {
            Matcher statement = FOR_SUPERUSER.matcher(step.what());
            if (statement.find()) {
                String printed = run("%s -c \"%s\"".formatted(psql(superuser), statement.group(1)));
                assertThat(printed).doesNotContain("ERROR").doesNotContain("FATAL");
            }
            if (!step.command().startsWith(psql(direct))) {
                return;
            }
            String command = step.command();
            String output = run(command);
            if (output.contains("FATAL") && step.what().contains("as a superuser")) {
                output = run(command.replace("-U " + role, "-U postgres"));
                assertThat(output).doesNotContain("FATAL");
            }
            assertThat(output).as(command).doesNotContain("ERROR");
        }

        private String run(String command) throws Exception {
            return Program.run(directory, "", List.of("env", "PGPASSWORD=" + PASSWORD, "sh", "-c", command));
        }

        /** Waits until writes succeed again and the situation has changed; {@code FAILING} may last longer. */
        void awaitEnd(Situation situation) {
            int before = succeeded.get();
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(succeeded.get() - before)
                            .as(() -> scene.diagnostics
                                    .current(Duration.ofSeconds(1))
                                    .sentence())
                            .isGreaterThan(CLIENTS));
            if (situation != Situation.FAILING) {
                scene.await(diagnosis -> diagnosis.situation() != situation);
            }
        }

        @Override
        public void close() throws SQLException {
            closed = true;
            closeSessions();
            scene.close();
        }
    }
}
