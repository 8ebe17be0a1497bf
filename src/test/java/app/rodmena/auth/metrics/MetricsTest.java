package app.rodmena.auth.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.database.DatabaseConfig;
import app.rodmena.auth.database.DatabaseEngine;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.rbac.ClientKey;
import app.rodmena.auth.rbac.RoleName;
import app.rodmena.auth.rbac.Roles;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.ReadyEngine;
import app.rodmena.auth.testing.TestProxy;
import com.codahale.metrics.Gauge;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final CallContext CALLER = CallContext.named("test");

    private final TestProxy proxy = new TestProxy(MigratedDatabase.fresh());
    private final DatabaseEngine engine =
            ReadyEngine.open(new DatabaseConfig(proxy.target(), PoolSettings.DEFAULT.withSize(1, 1), "metrics-test"));
    private final Metrics metrics = new Metrics(engine);

    @AfterEach
    void close() {
        metrics.close();
        engine.close();
        proxy.close();
    }

    @Test
    void waitsUsesAndCreationsAreMeasured() {
        for (int i = 0; i < 5; i++) {
            run("select pg_sleep(0.02)");
        }
        assertThat(metrics.pool().creations().count()).isEqualTo(1);
        assertThat(metrics.pool().creations().mean()).isPositive();
        assertThat(metrics.pool().waits().count()).isEqualTo(5);
        TimingStatistics uses = metrics.pool().uses();
        assertThat(uses.count()).isEqualTo(5);
        assertThat(uses.min()).isBetween(Duration.ofMillis(19), Duration.ofSeconds(5));
        assertThat(uses.mean()).isGreaterThanOrEqualTo(Duration.ofMillis(20));
        assertThat(uses.max()).isGreaterThanOrEqualTo(uses.median());
        assertThat(uses.rate1()).isPositive();
    }

    @Test
    void aWaitWithoutAConnectionCounts() {
        engine.change(now -> now.with(draft -> draft.poolTimeout = Duration.ofMillis(50)));
        engine.pool().suspend();
        assertThatThrownBy(() -> run("select 1")).isInstanceOf(CompletionException.class);
        engine.pool().resume();
        assertThat(metrics.pool().waits().count()).isEqualTo(1);
        assertThat(metrics.pool().waits().max()).isGreaterThanOrEqualTo(Duration.ofMillis(49));
    }

    @Test
    void statementsAreTimedByNameAndFailuresCounted() {
        ClientKey key = ClientKey.parse(UUID.randomUUID().toString());
        Roles roles = new Roles(engine);
        roles.create(CALLER, key, new RoleName("admin")).toCompletableFuture().join();
        roles.list(CALLER, key).readShort().toCompletableFuture().join();
        roles.list(CALLER, key).readShort().toCompletableFuture().join();
        assertThatThrownBy(() -> run("/* test.broken */ select 1/0")).isInstanceOf(CompletionException.class);
        run("select 1");
        assertThat(metrics.statements())
                .containsKeys("roles.create", "roles.list", "test.broken", "unnamed")
                .extractingByKey("roles.list")
                .extracting(TimingStatistics::count)
                .isEqualTo(2L);
        assertThat(metrics.registry().counter("sql.test.broken.failures").getCount())
                .isEqualTo(1);
        assertThat(metrics.registry().getCounters()).doesNotContainKey("sql.roles.list.failures");
    }

    @Test
    void requestsRefusedDuringAnOutageAreNoWaits() {
        proxy.stop();
        await().until(() -> isRefused() && engine.events().count(PoolEventKind.TIMEOUT) > 2);
        assertThat(metrics.pool().waits().count()).isEqualTo(engine.events().count(PoolEventKind.CHECKOUT));
    }

    @Test
    void namesBeyondTheMaximumShareARecorderAndACounter() {
        engine.call(CALLER, handle -> {
                    for (int i = 0; i < 502; i++) {
                        String sql = "/* test.%c%c */ selekt".formatted('a' + i / 26, 'a' + i % 26);
                        assertThatThrownBy(() -> handle.execute(sql)).hasMessageContaining("syntax error");
                    }
                    return true;
                })
                .toCompletableFuture()
                .join();
        assertThat(metrics.statements()).hasSize(501);
        assertThat(metrics.registry().getCounters()).hasSize(501);
        assertThat(metrics.registry().counter("sql.others.failures").getCount()).isEqualTo(2);
    }

    @Test
    void callersPerUseAreCountedOverTheSameMinute() {
        assertThat(metrics.pool().recentCallersPerUse()).isEqualTo(1);
        ClientKey key = ClientKey.parse(UUID.randomUUID().toString());
        Roles roles = new Roles(engine);
        run("select 1");
        engine.pool().suspend();
        List<? extends CompletionStage<?>> together = IntStream.range(0, 10)
                .mapToObj(i -> roles.list(CALLER, key).readShort())
                .toList();
        engine.pool().resume();
        together.forEach(answer -> answer.toCompletableFuture().join());
        await().until(() -> engine.pool().snapshot().checkedOut() == 0);

        double checkouts = engine.events().count(PoolEventKind.CHECKOUT);
        assertThat(checkouts).isLessThan(11);
        assertThat(metrics.pool().recentCallersPerUse()).isCloseTo(11 / checkouts, within(1e-9));
        metrics.reset();
        assertThat(metrics.pool().recentCallersPerUse()).isEqualTo(1);
    }

    @Test
    void gaugesMatchThePool() {
        run("select 1");
        assertThat(gauge("pool.size")).isEqualTo(1);
        assertThat(gauge("pool.connections")).isEqualTo(1);
        assertThat(gauge("pool.checked_out")).isEqualTo(0);
        assertThat(gauge("pool.utilisation")).isEqualTo(0.0);
        assertThat(gauge("pool.events.checkout")).isEqualTo(1L);
        assertThat(gauge("pool.events.close")).isEqualTo(0L);
        assertThat(gauge("pool.oldest_wait_millis")).isEqualTo(0.0);
        engine.pool().suspend();
        var waiting = engine.call(CALLER, handle -> 1).toCompletableFuture();
        assertThat(gauge("pool.waiting")).isEqualTo(1);
        engine.pool().resume();
        waiting.join();
    }

    @Test
    void requestsAreCountedByRouteAndStatus() {
        RequestMetrics requests = metrics.requests();
        requests.record("GET /api/members/{role}", 200, Duration.ofMillis(3));
        requests.record("GET /api/members/{role}", 200, Duration.ofMillis(5));
        requests.record("GET /api/members/{role}", 503, Duration.ofMillis(1));
        requests.record("-", 404, Duration.ofMillis(1));
        assertThat(requests.responseCounts())
                .containsExactly(
                        new RequestMetrics.Answers("-", 404, 1),
                        new RequestMetrics.Answers("GET /api/members/{role}", 200, 2),
                        new RequestMetrics.Answers("GET /api/members/{role}", 503, 1));
        assertThat(requests.statistics().get("get.api.members.role").count()).isEqualTo(3);
        assertThat(metrics.registry().getTimers()).containsKeys("requests.get.api.members.role", "requests.none");
        assertThat(metrics.registry().getCounters())
                .containsKeys("responses.get.api.members.role.503", "responses.none.404");
    }

    @Test
    void aResetKeepsTheTotalsOfTheRegistry() {
        run("select pg_sleep(0.01)");
        TimingStatistics before = metrics.pool().uses();
        metrics.reset();
        TimingStatistics after = metrics.pool().uses();
        assertThat(after.since()).isAfter(before.since());
        assertThat(after.count()).isZero();
        assertThat(after.mean()).isZero();
        assertThat(after.max()).isZero();
        assertThat(after.rate15()).isZero();
        assertThat(metrics.registry().timer("pool.use").getCount()).isEqualTo(1);
        run("select 1");
        assertThat(metrics.pool().uses().count()).isEqualTo(1);
        assertThat(metrics.pool().uses().max()).isLessThan(before.min());
    }

    @Test
    void everythingIsAnMBeanUntilTheLastClose() throws Exception {
        run("select 1");
        metrics.requests().record("GET /api/roles", 200, Duration.ofMillis(3));
        Set<ObjectName> names = mbeans();
        assertThat(names)
                .extracting(ObjectName::getCanonicalName)
                .contains(
                        "metrics:name=pool.wait,type=timers",
                        "metrics:name=sql.unnamed,type=timers",
                        "metrics:name=requests.get.api.roles,type=timers",
                        "metrics:name=pool.events.leak_suspected,type=gauges")
                .allSatisfy(name -> assertThat(name).doesNotContain("\"", "?", "*"));
        assertThat(ManagementFactory.getPlatformMBeanServer()
                        .getAttribute(new ObjectName("metrics:name=pool.wait,type=timers"), "Count"))
                .isEqualTo(1L);
        metrics.close();
        assertThat(mbeans()).isEmpty();
    }

    private static Set<ObjectName> mbeans() throws Exception {
        return ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("metrics:*"), null);
    }

    private Object gauge(String name) {
        Gauge<?> gauge = metrics.registry().getGauges().get(name);
        return gauge.getValue();
    }

    private boolean isRefused() {
        return engine.call(CALLER, handle -> 1)
                .handle((answer, failure) -> failure != null)
                .toCompletableFuture()
                .join();
    }

    private void run(String sql) {
        engine.call(CALLER, handle -> handle.createQuery(sql).mapToMap().list())
                .toCompletableFuture()
                .join();
    }
}
