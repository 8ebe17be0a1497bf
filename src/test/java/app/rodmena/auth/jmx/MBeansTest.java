package app.rodmena.auth.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.testing.JmxClient;
import app.rodmena.auth.testing.TestServer;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.management.Attribute;
import javax.management.InvalidAttributeValueException;
import javax.management.JMException;
import javax.management.MBeanException;
import javax.management.MBeanServer;
import javax.management.Notification;
import javax.management.NotificationFilterSupport;
import javax.management.NotificationListener;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import javax.management.timer.Timer;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The MBeans of a server, used by a remote JMX client. */
class MBeansTest {
    private static final MBeanServer PLATFORM = ManagementFactory.getPlatformMBeanServer();
    private static final String POOL = "type=Pool,name=auth";
    private static final String SETTINGS = "type=PoolSettings,name=auth";
    private static final String CONNECTIONS = "type=Connections,name=auth";
    private static final String EVENTS = "type=PoolEvents,name=auth";
    private static final String LOGGING = "type=Logging";
    private static final String SERVER = "type=Server";

    @Test
    void thePoolsNumbersAreAttributesAndOneComposite() throws Exception {
        try (TestServer server = TestServer.start();
                JmxClient client = new JmxClient("ada")) {
            assertThat(server.get("/api/roles")).isEqualTo(200);
            await().until(() -> server.server.poolStatus().checkedOut() == 0);

            CompositeData snapshot = (CompositeData) client.get(POOL, "Snapshot");
            assertThat(snapshot.get("poolSize")).isEqualTo(5);
            assertThat(snapshot.get("totalConnections")).isEqualTo(1);
            assertThat(snapshot.get("available")).isEqualTo(5);
            assertThat(snapshot.get("utilisation")).isEqualTo(0.0);
            assertThat(client.get(POOL, "TotalConnections")).isEqualTo(1);
            assertThat(client.get(POOL, "OldestWaitMillis")).isEqualTo(0.0);
            assertThat(client.get(POOL, "Connects")).isEqualTo(1L);
            long checkouts = (long) client.get(POOL, "Checkouts");
            assertThat(checkouts).isPositive().isEqualTo(client.get(POOL, "Checkins"));

            assertThat(((CompositeData) client.get(POOL, "WaitTimes")).get("count"))
                    .isEqualTo(checkouts);
            assertThat((double) ((CompositeData) client.get(POOL, "CreationTimes")).get("p99Millis"))
                    .isPositive();
            client.invoke(POOL, "resetStatistics");
            assertThat(((CompositeData) client.get(POOL, "WaitTimes")).get("count"))
                    .isEqualTo(0L);
            assertThat(client.get(POOL, "Checkouts")).isEqualTo(checkouts);
        }
    }

    @Test
    void poolOperationsTakeEffectAndAreAudited() throws Exception {
        try (TestServer server = TestServer.start();
                JmxClient client = new JmxClient("ada");
                Log audit = new Log("auth.audit")) {
            assertThat(server.get("/api/roles")).isEqualTo(200);
            await().until(() -> server.server.poolStatus().idle() == 1);

            client.invoke(POOL, "softInvalidateAll");
            assertThat(server.get("/api/roles")).isEqualTo(200);
            await().until(() -> client.get(POOL, "Connects").equals(2L));
            await().until(() -> server.server.poolStatus().idle() == 1);

            assertThat(client.invoke(POOL, "evictIdle")).isEqualTo(1);
            await().until(() -> client.get(POOL, "TotalConnections").equals(0));

            client.invoke(POOL, "suspend");
            assertThat(client.get(POOL, "Suspended")).isEqualTo(true);
            client.invoke(POOL, "resume");
            assertThat(client.get(POOL, "Suspended")).isEqualTo(false);
            client.invoke(POOL, "logSnapshot");

            assertThat(audit.lines())
                    .containsExactly(
                            "ada invoked softInvalidateAll",
                            "ada invoked evictIdle, which closed 1",
                            "ada invoked suspend",
                            "ada invoked resume",
                            "ada invoked logSnapshot");
        }
    }

    @Test
    void settingChangesTakeEffectAndAreAudited() throws Exception {
        try (TestServer server = TestServer.start();
                JmxClient client = new JmxClient("ada");
                Log audit = new Log("auth.audit")) {
            set(client, SETTINGS, "PoolSize", 7);
            set(client, SETTINGS, "MaxOverflow", 1);
            set(client, SETTINGS, "PoolTimeoutMillis", 250L);
            set(client, SETTINGS, "LeakThresholdMillis", 5000L);
            set(client, SETTINGS, "MaxWaiting", 3);

            CompositeData settings = (CompositeData) client.get(SETTINGS, "Settings");
            assertThat(settings.getAll(new String[] {
                        "poolSize", "maxOverflow", "maximum", "poolTimeoutMillis", "leakThresholdMillis", "maxWaiting"
                    }))
                    .containsExactly(7, 1, 8, 250L, 5000L, 3);
            assertThat(client.get(SETTINGS, "PrePing")).isEqualTo("idle");
            assertThat(server.server.poolStatus().poolSize()).isEqualTo(7);
            assertThat(audit.lines())
                    .containsExactly(
                            "ada changed pool_size from 5 to 7",
                            "ada changed max_overflow from 5 to 1",
                            "ada changed pool_timeout from 30000 ms to 250 ms",
                            "ada changed leak_threshold from 60000 ms to 5000 ms",
                            "ada changed max_waiting from 1000 to 3");
        }
    }

    @Test
    void anInvalidSettingIsRefusedAndChangesNothing() throws Exception {
        try (TestServer server = TestServer.start();
                JmxClient client = new JmxClient("ada");
                Log audit = new Log("auth.audit")) {
            assertThatThrownBy(() -> set(client, SETTINGS, "PoolSize", 0))
                    .isInstanceOf(InvalidAttributeValueException.class)
                    .hasMessage("pool_size: 0; must be 1 to 1000");
            assertThatThrownBy(() -> set(client, SETTINGS, "PoolTimeoutMillis", 0L))
                    .isInstanceOf(InvalidAttributeValueException.class)
                    .hasMessageStartingWith("pool_timeout: ");
            assertThatThrownBy(() -> set(client, SETTINGS, "MaxWaiting", "many"))
                    .isInstanceOf(InvalidAttributeValueException.class);
            assertThatThrownBy(() -> set(client, SETTINGS, "Workers", 3)).hasMessageContaining("read-only");

            assertThat(server.server.poolStatus().poolSize()).isEqualTo(PoolSettings.DEFAULT.poolSize());
            assertThat(audit.lines()).isEmpty();
        }
    }

    @Test
    void everyPhysicalConnectionIsARow() throws Exception {
        try (TestServer server = TestServer.start();
                JmxClient client = new JmxClient("ada")) {
            assertThat(server.get("/api/roles")).isEqualTo(200);
            await().until(() -> server.server.poolStatus().checkedOut() == 0);

            TabularData connections = (TabularData) client.get(CONNECTIONS, "Connections");
            assertThat(connections.getTabularType().getIndexNames()).containsExactly("id");
            CompositeData row = (CompositeData) connections.values().iterator().next();
            assertThat(row.get("state")).isEqualTo("idle");
            assertThat((int) row.get("backendPid")).isPositive();
            assertThat((long) row.get("checkouts")).isPositive();
            assertThat((String) row.get("lastSql")).contains("auth_group");
            assertThat(row.get("inUseSince")).isEqualTo("");
            assertThat((CompositeData[]) client.get(CONNECTIONS, "Waiters")).isEmpty();
        }
    }

    @Test
    void eventsAreFoundByKindConnectionAndTime() throws Exception {
        try (TestServer server = TestServer.start();
                JmxClient client = new JmxClient("ada")) {
            assertThat(server.get("/api/roles")).isEqualTo(200);
            await().until(() -> server.server.poolStatus().checkedOut() == 0);

            assertThat(kinds(client.get(EVENTS, "Events")))
                    .startsWith("checkin", "checkout")
                    .endsWith("connect");
            CompositeData[] checkins = (CompositeData[]) client.invoke(EVENTS, "find", "checkin, close", 0, "-5m", "");
            assertThat(kinds(checkins)).isNotEmpty().containsOnly("checkin");
            assertThat(checkins[0].get("route")).isEqualTo("GET /api/roles");
            assertThat((String) checkins[0].get("tenant")).hasSize(12);
            int connection = (int) checkins[0].get("connection");
            assertThat(kinds(client.invoke(EVENTS, "find", "", connection, "", "")))
                    .endsWith("connect");
            assertThat(kinds(client.invoke(EVENTS, "find", "", connection + 1, "", "")))
                    .isEmpty();
            assertThat(kinds(client.invoke(EVENTS, "find", "", 0, "", "2026-01-01T00:00:00Z")))
                    .isEmpty();
            assertThat(((TabularData) client.get(EVENTS, "Counts"))
                            .get(new Object[] {"connect"})
                            .get("count"))
                    .isEqualTo(1L);
            assertThatThrownBy(() -> client.invoke(EVENTS, "find", "chekin", 0, "", ""))
                    .isInstanceOf(MBeanException.class)
                    .hasMessageStartingWith("kinds: unknown kind 'chekin'; allowed: connect, ");
            assertThatThrownBy(() -> client.invoke(EVENTS, "find", "", 0, "yesterday", ""))
                    .isInstanceOf(MBeanException.class)
                    .hasMessageStartingWith("from: 'yesterday'; must be ");
        }
    }

    @Test
    void aRemoteSubscriberReceivesFilteredEvents() throws Exception {
        try (TestServer server = TestServer.start();
                JmxClient client = new JmxClient("ada")) {
            List<Notification> received = new CopyOnWriteArrayList<>();
            NotificationListener listener = (notification, handback) -> received.add(notification);
            NotificationFilterSupport filter = new NotificationFilterSupport();
            filter.enableType("app.rodmena.auth.pool.checkout");
            client.connection().addNotificationListener(JmxClient.name(EVENTS), listener, filter, null);
            assertThat((int) client.get(EVENTS, "Subscribers")).isPositive();

            assertThat(server.get("/api/roles")).isEqualTo(200);

            await().untilAsserted(() -> assertThat(received).isNotEmpty());
            Notification checkout = received.get(0);
            assertThat(checkout.getType()).isEqualTo("app.rodmena.auth.pool.checkout");
            assertThat(checkout.getSource()).isEqualTo(JmxClient.name(EVENTS));
            assertThat(((CompositeData) checkout.getUserData()).get("route")).isEqualTo("GET /api/roles");
            assertThat(client.get(EVENTS, "NotificationsDropped")).isEqualTo(0L);

            client.connection().removeNotificationListener(JmxClient.name(EVENTS), listener);
        }
    }

    @Test
    void aHangingSubscriberDelaysNoRequest() throws Exception {
        try (TestServer server = TestServer.start();
                JmxClient client = new JmxClient("ada")) {
            NotificationListener hangs = (notification, handback) -> {
                try {
                    Thread.currentThread().join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            };
            PLATFORM.addNotificationListener(JmxClient.name(EVENTS), hangs, null, null);
            await().until(() -> {
                for (int i = 0; i < 100; i++) {
                    assertThat(server.get("/api/roles")).isEqualTo(200);
                }
                return (long) client.get(EVENTS, "NotificationsDropped") > 0;
            });
            assertThat((double) ((CompositeData) client.get(POOL, "WaitTimes")).get("p99Millis"))
                    .isLessThan(1000);
        }
    }

    @Test
    void logLevelsChangeAndReset() throws Exception {
        try (TestServer server = TestServer.start();
                JmxClient client = new JmxClient("ada");
                Log audit = new Log("auth.audit");
                Log database = new Log("auth.database")) {
            assertThat(client.get(LOGGING, "DatabaseLevel")).isEqualTo("INFO");
            assertThat(server.get("/api/roles")).isEqualTo(200);
            assertThat(database.lines()).isEmpty();

            set(client, LOGGING, "DatabaseLevel", "DEBUG");
            assertThat(server.get("/api/roles")).isEqualTo(200);
            assertThat(database.lines()).anyMatch(line -> line.startsWith("checkout connection="));

            client.invoke(LOGGING, "setLevel", "org.example.deep", "TRACE");
            assertThat(client.invoke(LOGGING, "level", "org.example.deep.deeper"))
                    .isEqualTo("TRACE");
            assertThat(((TabularData) client.get(LOGGING, "Levels")).containsKey(new Object[] {"org.example.deep"}))
                    .isTrue();
            client.invoke(LOGGING, "resetLevels");
            assertThat(client.get(LOGGING, "DatabaseLevel")).isEqualTo("INFO");
            assertThat(client.invoke(LOGGING, "level", "org.example.deep")).isEqualTo("INFO");

            assertThatThrownBy(() -> set(client, LOGGING, "DatabaseLevel", "LOUD"))
                    .isInstanceOf(InvalidAttributeValueException.class)
                    .hasMessage("level: 'LOUD'; must be one of TRACE, DEBUG, INFO, WARN, ERROR, OFF");
            assertThatThrownBy(() -> client.invoke(LOGGING, "setLevel", "auth\nforged line", "INFO"))
                    .isInstanceOf(MBeanException.class);
            assertThat(audit.lines())
                    .containsExactly(
                            "ada changed level of auth.database from INFO to DEBUG",
                            "ada changed level of org.example.deep from INFO to TRACE",
                            "ada invoked resetLevels");
        }
    }

    @Test
    void theServerBeanHasIdentityAndRequestCounts() throws Exception {
        try (TestServer server = TestServer.start();
                JmxClient client = new JmxClient("ada")) {
            assertThat(server.get("/api/roles")).isEqualTo(200);
            assertThat(server.get("/nowhere/at/all")).isEqualTo(404);

            assertThat(client.get(SERVER, "Instance")).isEqualTo("test");
            assertThat((long) client.get(SERVER, "UptimeMillis")).isPositive();
            assertThat(((TabularData) client.get(SERVER, "Addresses"))
                            .get(new Object[] {"api"})
                            .get("address"))
                    .isEqualTo("http://127.0.0.1:" + server.server.address().getPort());
            await().until(() -> client.get(SERVER, "RequestsAnswered").equals(2L));
            TabularData requests = (TabularData) client.get(SERVER, "Requests");
            assertThat(requests.get(new Object[] {"GET /api/roles", 200}).get("count"))
                    .isEqualTo(1L);
            assertThat(requests.get(new Object[] {"-", 404}).get("count")).isEqualTo(1L);
            await().until(() -> client.get(SERVER, "RequestsInFlight").equals(0));
        }
    }

    @Test
    void serversOfOneJvmShareTheBeansUntilTheLastCloses() throws Exception {
        assertThat(registeredNames()).isEmpty();
        TestServer first = TestServer.start();
        Set<ObjectName> alone = JmxClient.names(MBeans.DOMAIN);
        TestServer second = first.another();
        assertThat(JmxClient.names(MBeans.DOMAIN))
                .containsAll(alone)
                .contains(JmxClient.name("type=Server,name=server-2"))
                .hasSize(alone.size() + 1);

        first.close();
        first.close();
        assertThat(JmxClient.names(MBeans.DOMAIN)).hasSize(alone.size()).doesNotContain(JmxClient.name(SERVER));
        assertThat(second.get("/api/roles")).isEqualTo(200);
        assertThat((long) PLATFORM.getAttribute(JmxClient.name(POOL), "Checkouts"))
                .isPositive();

        second.close();
        assertThat(registeredNames()).isEmpty();
    }

    @Test
    void aNameInUseIsNotReplaced() throws Exception {
        PLATFORM.registerMBean(new Timer(), JmxClient.name(POOL));
        try (TestServer server = TestServer.start()) {
            assertThat(server.get("/api/roles")).isEqualTo(200);
        }
        List<ObjectName> left = registeredNames();
        PLATFORM.unregisterMBean(JmxClient.name(POOL));

        assertThat(left).containsExactly(JmxClient.name(POOL));
    }

    private static void set(JmxClient client, String bean, String attribute, Object value) throws Exception {
        client.connection().setAttribute(JmxClient.name(bean), new Attribute(attribute, value));
    }

    private static List<String> kinds(Object events) {
        return Stream.of((CompositeData[]) events)
                .map(event -> (String) event.get("kind"))
                .toList();
    }

    private static List<ObjectName> registeredNames() throws Exception {
        return Stream.of(MBeans.DOMAIN, "com.zaxxer.hikari", "metrics")
                .flatMap(domain -> {
                    try {
                        return JmxClient.names(domain).stream();
                    } catch (JMException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    /** Records the lines of a logger until closed. */
    private static final class Log implements AutoCloseable {
        private final Logger logger;
        private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

        Log(String name) {
            logger = (Logger) LoggerFactory.getLogger(name);
            appender.start();
            logger.addAppender(appender);
        }

        List<String> lines() {
            return List.copyOf(appender.list).stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .toList();
        }

        @Override
        public void close() {
            logger.detachAppender(appender);
        }
    }
}
