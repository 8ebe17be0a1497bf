package app.rodmena.auth;

import static app.rodmena.auth.pool.event.PoolEventKind.CHECKIN;
import static app.rodmena.auth.pool.event.PoolEventKind.CHECKOUT;
import static app.rodmena.auth.pool.event.PoolEventKind.CLOSE;
import static app.rodmena.auth.pool.event.PoolEventKind.CONNECT;
import static app.rodmena.auth.pool.event.PoolEventKind.INVALIDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.ServerConfig.Database;
import app.rodmena.auth.api.HttpConfig;
import app.rodmena.auth.capacity.CapacityConfig;
import app.rodmena.auth.diagnosis.DiagnosisConfig;
import app.rodmena.auth.diagnosis.incident.IncidentsConfig;
import app.rodmena.auth.metrics.RequestMetrics;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.security.Keystore;
import app.rodmena.auth.security.RemoteConfig;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.MigratedDatabase;
import app.rodmena.auth.testing.TestKeystore;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server inside somebody else's program, with listeners and interceptors of theirs. */
class EmbeddingTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private final String key = UUID.randomUUID().toString();
    private final ServerConfig config = config();

    @Test
    void aListenerHearsEverythingFromTheFirstConnectToTheLastClose() throws Exception {
        List<PoolEvent> heard = new CopyOnWriteArrayList<>();
        try (AuthServer server = AuthServer.builder(config).listener(heard::add).start()) {
            assertThat(roles(server)).isEqualTo(200);
        }
        assertThat(kinds(heard)).containsExactly(CONNECT, CHECKOUT, CHECKIN, CLOSE);
        assertThat(heard.get(1).caller().route()).isEqualTo("GET /api/roles");
    }

    @Test
    void theApiHasTlsAndWarnsWithoutItOnOtherAddressesThanLoopback(@TempDir Path directory) throws Exception {
        TestKeystore key = TestKeystore.make(directory);
        HttpConfig everywhere = config.http().withAddress("0.0.0.0", 0);
        HttpConfig tls = everywhere.withKeystore(Keystore.open(key.file, key::password));
        try (LogOf log = LogOf.logger(AuthServer.class.getName())) {
            try (AuthServer server = AuthServer.start(config.withHttp(tls))) {
                HttpClient client =
                        HttpClient.newBuilder().sslContext(key.trusting()).build();
                HttpRequest ping = HttpRequest.newBuilder(URI.create(server.apiUrl() + "/ping"))
                        .build();
                assertThat(client.send(ping, BodyHandlers.ofString()).version()).isEqualTo(HttpClient.Version.HTTP_2);
            }
            AuthServer.start(config.withHttp(everywhere.with(draft -> draft.allowPlainHttp = true)))
                    .close();
            assertThat(log.lines()).noneMatch(line -> line.contains("--api-keystore"));

            AuthServer.start(config.withHttp(everywhere)).close();
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("--api-keystore") && line.contains("--allow-plain-http"));
        }
    }

    @Test
    void aListenerThatThrowsIsNoticedByNobodyWhoAsks() throws Exception {
        try (AuthServer server = AuthServer.builder(config)
                .listener(event -> {
                    throw new IllegalStateException("on purpose");
                })
                .start()) {
            assertThat(roles(server)).isEqualTo(200);
            assertThat(server.metrics()
                            .registry()
                            .getGauges()
                            .get("pool.listener_failures")
                            .getValue())
                    .isEqualTo(3L);
        }
    }

    @Test
    void anInterceptorHasItsSay() throws Exception {
        List<PoolEvent> heard = new CopyOnWriteArrayList<>();
        AtomicBoolean vetoed = new AtomicBoolean();
        try (AuthServer server = AuthServer.builder(config)
                .listener(heard::add)
                .interceptor(candidate ->
                        vetoed.compareAndSet(false, true) ? Optional.of("the first never is") : Optional.empty())
                .start()) {
            assertThat(roles(server)).isEqualTo(200);
        }
        assertThat(kinds(heard))
                .containsOnlyOnce(INVALIDATE, CHECKOUT, CHECKIN)
                .filteredOn(CONNECT::equals)
                .hasSize(2);
        assertThat(heard.stream().filter(event -> event.kind() == INVALIDATE).map(PoolEvent::cause))
                .containsExactly("vetoed by EmbeddingTest: the first never is");
    }

    @Test
    void serversOfOneProcessShareTheirListenersUntilTheirOwnerIsClosed() throws Exception {
        List<PoolEvent> first = new CopyOnWriteArrayList<>();
        List<PoolEvent> second = new CopyOnWriteArrayList<>();
        try (AuthServer lasting =
                AuthServer.builder(config).listener(first::add).start()) {
            try (AuthServer passing =
                    AuthServer.builder(config).listener(second::add).start()) {
                assertThat(roles(passing)).isEqualTo(200);
                await().until(() -> kinds(second).contains(CHECKIN));
                assertThat(kinds(first)).containsExactlyElementsOf(kinds(second));
            }
            int heard = second.size();
            assertThat(roles(lasting)).isEqualTo(200);
            await().until(() -> kinds(first).stream().filter(CHECKIN::equals).count() == 2);
            assertThat(second).hasSize(heard);
        }
    }

    @Test
    void whatTheClassPathBringsHearsOnceHoweverManyServersThereAre() throws Exception {
        InstalledListener.CHECKOUTS.reset();
        try (AuthServer one = AuthServer.start(config);
                AuthServer other = AuthServer.start(config)) {
            assertThat(roles(one) + roles(other)).isEqualTo(400);
            assertThat(InstalledListener.CHECKOUTS.sum()).isEqualTo(2);
        }
    }

    @Test
    void requestsAreCountedWhereverTheyCameIn() throws Exception {
        try (AuthServer one = AuthServer.start(config);
                AuthServer other = AuthServer.start(config)) {
            assertThat(roles(one) + roles(other)).isEqualTo(400);
            await().until(() -> one.metrics()
                    .requests()
                    .responseCounts()
                    .equals(List.of(new RequestMetrics.Answers("GET /api/roles", 200, 2))));
            assertThat(other.metrics().statements()).containsOnlyKeys("roles.list");
            assertThat(other.metrics().requests().inFlight()).isZero();
        }
    }

    @Test
    void aServerThatWantsOtherSettingsOfWhatIsSharedIsRefusedInWords() throws Exception {
        DiagnosisConfig other = new DiagnosisConfig(Duration.ofSeconds(3), Duration.ofSeconds(5));
        try (AuthServer server = AuthServer.start(config)) {
            assertThatThrownBy(() -> AuthServer.start(config.withDiagnosis(other)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("one diagnosis per process")
                    .hasMessageContaining("interval=PT3S");
            assertThat(roles(server)).isEqualTo(200);
        }
    }

    @Test
    void serversThatStartWhileOthersStopAreWholeAndLeaveNothingBehind() throws Exception {
        List<CompletableFuture<Void>> both = Stream.of("one", "other")
                .map(name -> CompletableFuture.runAsync(this::startAndStopAgainAndAgain))
                .toList();
        both.forEach(CompletableFuture::join);

        assertThat(ManagementFactory.getPlatformMBeanServer().queryNames(null, null))
                .extracting(ObjectName::getDomain)
                .doesNotContain("app.rodmena.auth", "metrics");
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("database-monitor", "metrics-clock", "diagnosis", "incidents", "fleet-watch"));
    }

    private void startAndStopAgainAndAgain() {
        for (int round = 0; round < 10; round++) {
            try (AuthServer server = AuthServer.start(config)) {
                assertWhole(server);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void aServerThatStartsWhileTheLastOneStopsIsWhole() throws Exception {
        for (int round = 0; round < 10; round++) {
            CountDownLatch stopping = new CountDownLatch(1);
            AuthServer former = AuthServer.builder(config)
                    .listener(event -> {
                        if (event.kind() == CLOSE) {
                            stopping.countDown();
                        }
                    })
                    .start();
            assertWhole(former);
            CompletableFuture<Void> closing = CompletableFuture.runAsync(former::close);
            stopping.await();
            try (AuthServer next = AuthServer.start(config)) {
                closing.join();
                assertWhole(next);
            }
        }
    }

    private void assertWhole(AuthServer server) throws Exception {
        Instant start = Instant.now();
        assertThat(roles(server)).isEqualTo(200);
        assertThat(server.metrics().statements()).containsKey("roles.list");
        assertThat(server.diagnostics().current(Duration.ZERO).time()).isAfter(start);
        await().until(() -> server.fleet().latest().isPresent());
        assertThat(ManagementFactory.getPlatformMBeanServer()
                        .getAttribute(new ObjectName("metrics:name=pool.events.checkout,type=gauges"), "Value"))
                .isNotEqualTo(0L);
        assertThat(ManagementFactory.getPlatformMBeanServer()
                        .getAttribute(new ObjectName("app.rodmena.auth:type=Pool,name=auth"), "TotalConnections"))
                .isNotEqualTo(0);
    }

    private int roles(AuthServer server) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + "/api/roles");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer " + key)
                .build();
        return http.send(request, BodyHandlers.ofString()).statusCode();
    }

    private static List<PoolEventKind> kinds(List<PoolEvent> events) {
        return events.stream().map(PoolEvent::kind).toList();
    }

    private static ServerConfig config() {
        DatabaseTarget target = MigratedDatabase.fresh();
        String url = target.jdbcUrl().replace("jdbc:postgresql://", "postgresql://" + target.user() + "@");
        return new ServerConfig(
                new Database.External(DatabaseUrl.parse(url)),
                PoolSettings.DEFAULT,
                CapacityConfig.DEFAULT,
                HttpConfig.DEFAULT.withAddress("127.0.0.1", 0),
                RemoteConfig.off(),
                DiagnosisConfig.DEFAULT,
                IncidentsConfig.DEFAULT,
                "embedding-test",
                true);
    }
}
