package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.common.InvalidParameterException;
import app.rodmena.auth.diagnosis.history.ActivityHistory;
import app.rodmena.auth.diagnosis.history.HistoryPeriod;
import app.rodmena.auth.diagnosis.history.PastDiagnosis;
import app.rodmena.auth.diagnosis.history.PastDiagnosis.ActivitySecond.BlockingSession;
import app.rodmena.auth.diagnosis.history.PastDiagnosis.ChainLink;
import app.rodmena.auth.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Faults that are over, on a real PostgreSQL. */
class PastDiagnosisTest {
    private static final String KEY = "5f1c2f0a-9b1e-4c37-8a55-0d9b3c6c1e11";

    @Test
    void aReleasedLockHasTheSameSentenceAsWhileItWasHeld() throws Exception {
        try (Scene scene = new Scene(TestPostgres.freshDatabase());
                Connection head = Scene.otherSession(scene.target, "report");
                Connection between = Scene.otherSession(scene.target, "migration")) {
            ActivityHistory history = new ActivityHistory(scene.metrics.history());
            List<Diagnosis> live = new CopyOnWriteArrayList<>();
            scene.diagnostics.add(history);
            scene.diagnostics.add(live::add);
            scene.await(Situation.WELL);
            int pid = Scene.pidOf(head);
            int migration = Scene.pidOf(between);
            Scene.run(head, "begin");
            Scene.run(head, "/* %s */ select count(*), '%s' from auth_group".formatted(KEY, KEY));
            Thread waiting = new Thread(() -> {
                try {
                    Scene.run(between, "begin; lock table auth_group");
                    Scene.run(between, "commit");
                } catch (SQLException e) {
                    // Cancelled when its connection is closed.
                }
            });
            waiting.start();
            scene.await(diagnosis -> diagnosis.postgres().stream()
                    .flatMap(view -> view.backends().stream())
                    .anyMatch(backend -> backend.pid() == migration && backend.waitsForLock()));
            scene.callers(
                    5,
                    "GET /api/roles",
                    handle -> handle.createQuery("/* roles.list */ select count(*) from auth_group")
                            .mapTo(Integer.class)
                            .one());
            scene.await(Verdict.LOCK_WAIT, 3);
            int known = live.size();
            // Two periodic diagnoses in two seconds: the first one's second is complete.
            await().until(() -> live.size() >= known + 3);
            Diagnosis held = live.get(known + 1);
            Scene.run(head, "rollback");
            waiting.join();
            scene.await(Situation.WELL);

            PastDiagnosis past =
                    history.diagnose(new HistoryPeriod(held.time(), held.time().plusMillis(1)));
            assertThat(past.sentence()).isEqualTo(held.sentence()).contains("3 wait for a lock on auth_group held by");
            assertThat(past.situation()).contains(Situation.EXHAUSTED);

            PastDiagnosis minute = history.diagnose(HistoryPeriod.parse("", "-1m", "", Instant.now()));
            assertThat(live).extracting(Diagnosis::sentence).contains(minute.sentence());
            assertThat(minute.situation()).contains(Situation.EXHAUSTED);
            assertThat(minute.blockers()).singleElement().satisfies(blocker -> {
                assertThat(blocker.name()).isEqualTo("pid %s (report)".formatted(pid));
                assertThat(blocker.max()).isEqualTo(3);
            });
            assertThat(minute.seconds()).anySatisfy(second -> {
                assertThat(second.lock()).isEqualTo(3);
                assertThat(second.blockers()).containsExactly(new BlockingSession("pid %s (report)".formatted(pid), 3));
            });
            assertThat(held.steps())
                    .filteredOn(step -> step.action().equals("terminateBackend"))
                    .singleElement()
                    .satisfies(step -> assertThat(step.pid()).isEqualTo(pid));
            assertThat(minute.waitEvents()).anyMatch(event -> event.name().equals("Lock relation"));
            assertThat(minute.statements())
                    .anyMatch(statement -> statement.name().equals("roles.list"));
            assertThat(minute.waiters()).singleElement().satisfies(route -> {
                assertThat(route.name()).isEqualTo("GET /api/roles");
                assertThat(route.max()).isEqualTo(2);
            });
            assertThat(minute.maxCheckedOut()).isEqualTo(3);
            assertThat(minute.chains())
                    .extracting(ChainLink::depth, ChainLink::pid, ChainLink::count)
                    .containsExactly(tuple(0, pid, 1), tuple(1, migration, 1), tuple(2, -1, 3));
            assertThat(minute.text())
                    .contains("pid %s (report), idle in transaction".formatted(pid))
                    .contains("    3 × GET /api/roles, Lock relation: roles.list");
            assertThat(minute.toString() + minute.text()).doesNotContain(KEY);
        }
    }

    @Test
    void aSecondWithoutSampleHasNoVerdict() {
        try (Scene scene = new Scene(TestPostgres.freshDatabase())) {
            ActivityHistory history = new ActivityHistory(scene.metrics.history());
            scene.await(Situation.WELL);
            Diagnosis well = scene.diagnostics.last();
            history.onDiagnosis(at(well, Instant.now().minus(Duration.ofSeconds(60))));

            PastDiagnosis past = history.diagnose(HistoryPeriod.parse("-30s", "", "", Instant.now()));

            assertThat(past.situation()).isEmpty();
            assertThat(past.sampledSeconds()).isZero();
            assertThatThrownBy(() -> history.diagnose(HistoryPeriod.parse("-14m", "", "", Instant.now())))
                    .isInstanceOf(InvalidParameterException.class)
                    .hasMessageContaining("the history is kept from");
        }
    }

    @Test
    void aHealthyPoolIsWellInEverySecond() {
        try (Scene scene = new Scene(TestPostgres.freshDatabase())) {
            ActivityHistory history = new ActivityHistory(scene.metrics.history());
            scene.await(Situation.WELL);
            scene.diagnostics.add(history);
            Instant start = Instant.now();
            await().pollInterval(Duration.ofMillis(20)).until(() -> {
                Stream.generate(() -> scene.call(
                                "GET /api/roles",
                                handle -> handle.createQuery("select 1")
                                        .mapTo(Integer.class)
                                        .one()))
                        .limit(3)
                        .forEach(call -> call.toCompletableFuture().join());
                return Instant.now().isAfter(start.plusSeconds(4));
            });

            PastDiagnosis past = history.diagnose(new HistoryPeriod(start, Instant.now()));

            assertThat(past.situation()).contains(Situation.WELL);
            assertThat(past.sampledSeconds()).isBetween(2, 5);
            assertThat(past.unansweredSeconds()).isZero();
            assertThat(past.blockers()).isEmpty();
        }
    }

    private static Diagnosis at(Diagnosis diagnosis, Instant time) {
        return new Diagnosis(
                time,
                diagnosis.situation(),
                diagnosis.sentence(),
                diagnosis.steps(),
                diagnosis.pool(),
                diagnosis.holders(),
                diagnosis.waiters(),
                diagnosis.postgres(),
                diagnosis.lastSeen(),
                diagnosis.outage(),
                diagnosis.sqlState(),
                diagnosis.reconciliation(),
                diagnosis.blindSpots(),
                diagnosis.failures());
    }
}
