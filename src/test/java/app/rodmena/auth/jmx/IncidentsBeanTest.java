package app.rodmena.auth.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.diagnosis.incident.IncidentsConfig;
import app.rodmena.auth.diagnosis.incident.TroubledServer;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.testing.JmxClient;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.MigratedDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.MBeanException;
import javax.management.Notification;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.Test;

/** The MBeans of incidents and remedies, used by a remote JMX client. */
class IncidentsBeanTest {
    private static final String INCIDENTS = "type=Incidents";
    private static final String REMEDIES = "type=Remedies";

    @Test
    void aSubscriberIsNotifiedOfAnIncidentAndCanReadIt() throws Exception {
        try (TroubledServer server = server();
                JmxClient client = new JmxClient("ada")) {
            List<Notification> received = new CopyOnWriteArrayList<>();
            NotificationListener listener = (notification, handback) -> received.add(notification);
            client.connection().addNotificationListener(JmxClient.name(INCIDENTS), listener, null, null);
            server.engine.pool().suspend();
            assertThat(server.get("/api/roles").join().statusCode()).isEqualTo(503);
            await().until(() -> !received.isEmpty());
            server.engine.pool().resume();
            Notification notification = received.get(0);
            assertThat(notification.getType()).isEqualTo("app.rodmena.auth.incident");
            assertThat(notification.getMessage())
                    .startsWith("Suspended")
                    .isEqualTo(client.get(INCIDENTS, "LastSentence"));
            String id = (String) ((CompositeData) notification.getUserData()).get("id");
            assertThat(((TabularData) client.get(INCIDENTS, "Incidents")).containsKey(new Object[] {id}))
                    .isTrue();
            assertThat((String) client.invoke(INCIDENTS, "text", id)).startsWith("Incident " + id);
            assertThat((String) client.invoke(INCIDENTS, "json", id)).startsWith("{\"id\":\"" + id);
            assertThatThrownBy(() -> client.invoke(INCIDENTS, "text", "x"))
                    .isInstanceOf(MBeanException.class)
                    .hasMessageStartingWith("id: no such incident");
        }
    }

    @Test
    void anActionReturnsItsOutcomeAndIsAudited() throws Exception {
        try (TroubledServer server = server();
                JmxClient client = new JmxClient("ada");
                LogOf audit = LogOf.logger("auth.audit")) {
            assertThat(server.get("/api/roles").join().statusCode()).isEqualTo(200);
            int pid = server.engine.pool().connections().get(0).backendPid();
            assertThat((String) client.invoke(REMEDIES, "terminateBackend", pid, true))
                    .startsWith("would terminate backend " + pid);
            assertThat((String) client.invoke(REMEDIES, "terminateBackend", pid, false))
                    .startsWith("terminated backend " + pid);
            assertThatThrownBy(() -> client.invoke(REMEDIES, "terminateBackend", 1, false))
                    .isInstanceOf(MBeanException.class)
                    .hasMessage("there is no client backend with pid 1")
                    .hasCauseInstanceOf(IllegalArgumentException.class);
            assertThat(audit.lines()).hasSize(3);
            assertThat(audit.lines().get(0))
                    .startsWith("ada invoked terminateBackend %d (dry run): would terminate backend".formatted(pid));
            assertThat(audit.lines().get(1))
                    .startsWith("ada invoked terminateBackend %d: terminated backend".formatted(pid));
            assertThat(audit.lines().get(2))
                    .isEqualTo("ada invoked terminateBackend 1: there is no client backend with pid 1");
        }
    }

    @Test
    void anActionWithoutResponseIsAudited() throws Exception {
        CompletableFuture<Void> released = new CompletableFuture<>();
        try (TroubledServer server = server();
                JmxClient client = new JmxClient("ada");
                LogOf audit = LogOf.logger("auth.audit")) {
            var unused = server.engine.monitor().submit(monitor -> released.join());
            assertThatThrownBy(() -> client.invoke(REMEDIES, "terminateBackend", 1, false))
                    .isInstanceOf(MBeanException.class)
                    .hasMessage("PostgreSQL did not answer within 3 s; the action was not executed")
                    .hasCauseInstanceOf(IllegalStateException.class);
            assertThat(audit.lines())
                    .containsExactly("ada invoked terminateBackend 1: PostgreSQL did not answer within 3 s;"
                            + " the action was not executed");
        } finally {
            released.complete(null);
        }
    }

    private static TroubledServer server() throws Exception {
        return new TroubledServer(
                MigratedDatabase.fresh(),
                PoolSettings.DEFAULT.with(draft -> draft.poolTimeout = Duration.ofMillis(200)),
                IncidentsConfig.DEFAULT);
    }
}
