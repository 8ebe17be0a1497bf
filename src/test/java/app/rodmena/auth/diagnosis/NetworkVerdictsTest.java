package app.rodmena.auth.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/** Detects lost peers, and never reports one in a healthy pool. */
class NetworkVerdictsTest {
    @Test
    void aBackendWhoseEndIsNotDelivered() throws Exception {
        try (TestProxy proxy = new TestProxy(MigratedDatabase.fresh());
                Scene scene = new Scene(proxy.target());
                Connection admin = TestPostgres.superuser()) {
            scene.callers(4, "GET /api/roles", NetworkVerdictsTest::sleep);
            await().until(() -> scene.isOut(3));
            scene.await(NetworkVerdictsTest::threeSleep);
            proxy.forgetOpenConnections();
            terminate(admin, "auth/scene");

            Diagnosis diagnosis = scene.await(Verdict.DEAD_BACKEND, 3);

            assertThat(diagnosis.situation()).isEqualTo(Situation.EXHAUSTED);
            assertThat(diagnosis.sentence())
                    .startsWith("3 of 3 connections in use for up to")
                    .contains("1 request waiting: 3 use backends that no longer exist (pids ");
            assertThat(diagnosis.holders()).allSatisfy(holder -> {
                assertThat(holder.backend()).isEmpty();
                assertThat(diagnosis.sentence()).contains(String.valueOf(holder.backendPid()));
            });
            scene.await(found -> found.reconciliation().lostConnections().size() == 3);
            proxy.stop();
        }
    }

    @Test
    void aStatementThatIsNotDelivered() {
        CountDownLatch forgotten = new CountDownLatch(1);
        try (TestProxy proxy = new TestProxy(MigratedDatabase.fresh());
                Scene scene = new Scene(proxy.target())) {
            scene.callers(4, "GET /api/roles", handle -> {
                count(handle);
                awaitQuietly(forgotten);
                return count(handle);
            });
            await().until(() -> scene.isOut(3));
            scene.await(Verdict.APP_HOLDING, 3);
            proxy.forgetOpenConnections();
            forgotten.countDown();

            List<Diagnosis> published = new ArrayList<>();
            await().pollInterval(Duration.ofMillis(10)).untilAsserted(() -> {
                Diagnosis last = scene.diagnostics.last();
                published.add(last);
                assertThat(last.verdicts()).containsEntry(Verdict.NETWORK, 3);
                assertThat(last.postgres()).as("PostgreSQL answers the monitor").isPresent();
            });
            assertThat(published)
                    .as("an unconfirmed verdict is not published")
                    .allMatch(one -> one.verdicts().containsKey(Verdict.NETWORK)
                            || one.holders().stream()
                                    .noneMatch(holder -> holder.because().equals("needs a second observation")));

            Diagnosis diagnosis = published.get(published.size() - 1);

            assertThat(diagnosis.situation()).isEqualTo(Situation.EXHAUSTED);
            assertThat(diagnosis.sentence())
                    .contains("3 wait for responses that the network does not deliver; the longest has waited ")
                    .endsWith("while PostgreSQL waits for the client");
            assertThat(diagnosis.holders().get(0).evidence()).anyMatch(fact -> fact.contains("Client ClientRead"));
            proxy.stop();
        }
    }

    @Test
    void aNetworkThatDeliversNothing() {
        try (TestProxy proxy = new TestProxy(MigratedDatabase.fresh());
                Scene scene = new Scene(proxy.target())) {
            scene.callers(3, "GET /api/roles", NetworkVerdictsTest::sleep);
            await().until(() -> scene.isOut(3));
            proxy.freeze();

            Diagnosis diagnosis = scene.await(Verdict.NETWORK, 3);

            assertThat(diagnosis.situation()).isEqualTo(Situation.DATABASE_DOWN);
            assertThat(diagnosis.sentence())
                    .matches("Database down since \\S+Z \\(.+\\): .+; 3 of 3 connections in use for up to .+")
                    .endsWith("while PostgreSQL is unreachable");
            assertThat(diagnosis.postgres()).isEmpty();
            assertThat(diagnosis.lastSeen()).isPresent();
            proxy.stop();
        }
    }

    @Test
    void noLostPeerIsReportedInAHealthyPoolUnderLoad() {
        AtomicBoolean stopped = new AtomicBoolean();
        AtomicInteger calls = new AtomicInteger();
        try (Scene scene = new Scene(MigratedDatabase.fresh())) {
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Thread client = new Thread(() -> {
                    while (!stopped.get()) {
                        scene.engine
                                .call(CallContext.named("GET /api/roles"), NetworkVerdictsTest::count)
                                .toCompletableFuture()
                                .join();
                        calls.incrementAndGet();
                    }
                });
                client.start();
                clients.add(client);
            }
            await().until(() -> calls.get() >= 100);
            Set<Verdict> verdicts = EnumSet.noneOf(Verdict.class);
            Set<Situation> situations = EnumSet.noneOf(Situation.class);
            long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
            for (int diagnoses = 0; diagnoses < 20 || System.nanoTime() < end; diagnoses++) {
                Diagnosis diagnosis = scene.diagnostics.current(Duration.ZERO);
                verdicts.addAll(diagnosis.verdicts().keySet());
                situations.add(diagnosis.situation());
                assertThat(diagnosis.reconciliation().agrees()).isTrue();
            }
            stopped.set(true);
            clients.forEach(NetworkVerdictsTest::joinQuietly);
            assertThat(verdicts).isSubsetOf(Verdict.WORKING);
            assertThat(situations).isSubsetOf(Situation.WELL, Situation.OPENING, Situation.SATURATED);
        }
    }

    private static Object sleep(Handle handle) {
        return handle.createQuery("/* test.sleep */ select pg_sleep(20)")
                .mapTo(String.class)
                .list();
    }

    private static Object count(Handle handle) {
        return handle.createQuery("/* test.count */ select count(*) from auth_group")
                .mapTo(Integer.class)
                .one();
    }

    private static boolean threeSleep(Diagnosis diagnosis) {
        return diagnosis.holders().stream()
                        .flatMap(holder -> holder.backend().stream())
                        .filter(backend -> backend.waitEvent().equals("PgSleep"))
                        .count()
                == 3;
    }

    private static void terminate(Connection admin, String application) throws Exception {
        Scene.run(
                admin,
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = '%s'"
                        .formatted(application));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void joinQuietly(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
