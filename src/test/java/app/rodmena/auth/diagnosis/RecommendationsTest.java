package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
     * @param offered the pattern of a required recommendation, in its text and command
     * @param never the pattern of wrong recommendations
     * @param end the actions needed besides the recommended commands
     */
    private record Cause(
            String name, Situation situation, String offered, String never, CaseAction making, CaseAction end) {
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
                commandsSuffice(
                        "an idle transaction of a superuser has a lock",
                        Situation.EXHAUSTED,
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
                commandsSuffice(
                        "a prepared transaction of our role has a lock",
                        Situation.EXHAUSTED,
                        "psql.+rollback prepared",
                        "pg_terminate_backend",
                        one -> one.prepare(one.role)),
                commandsSuffice(
                        "a prepared transaction of another role has a lock",
                        Situation.EXHAUSTED,
                        "psql.+rollback prepared",
                        "pg_terminate_backend",
                        one -> one.prepare(COLLEAGUE)),
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
        return new Cause(name, situation, offered, never, making, end);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("causes")
    void theRecommendationsEndTheCause(Cause cause) throws Exception {
        try (Case one = new Case()) {
            cause.making.run(one);

            List<Recommendation> steps = one.recommended(cause.situation, Pattern.compile(cause.offered));

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

            List<Recommendation> steps =
                    one.recommended(Situation.NO_PRIMARY, Pattern.compile("as a superuser: select pg_promote"));

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

        private boolean preparedByColleague;
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
            superuser("create database %s owner %s".formatted(name, name));
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
            preparedByColleague = user.equals(COLLEAGUE);
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

        /** Waits for the situation with a matching recommendation; returns all of them. */
        List<Recommendation> recommended(Situation situation, Pattern offered) {
            return scene.await(diagnosis -> diagnosis.situation() == situation
                            && diagnosis.steps().stream().anyMatch(step -> matches(step, offered)))
                    .steps();
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
            String command = step.command().replace("'GID'", "'%s'".formatted(role));
            String output = run(command);
            if ((output.contains("FATAL") && step.what().contains("as a superuser"))
                    || (preparedByColleague && step.what().contains("a superuser"))) {
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
