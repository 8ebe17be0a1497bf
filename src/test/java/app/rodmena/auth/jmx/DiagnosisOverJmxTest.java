package app.rodmena.auth.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.testing.JmxClient;
import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestServer;
import java.sql.Connection;
import java.util.concurrent.CompletableFuture;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.Test;

/** The diagnosis of a server, read by a remote JMX client. */
class DiagnosisOverJmxTest {
    @Test
    void theDiagnosisNamesTheBlockerOfALock() throws Exception {
        ObjectName name = new ObjectName("app.rodmena.auth:type=Diagnosis");
        try (TestServer server = TestServer.start();
                JmxClient client = new JmxClient("ada");
                Connection blocker = TestPostgres.connect(server.target)) {
            blocker.setAutoCommit(false);
            try (var statement = blocker.createStatement()) {
                statement.execute("lock table auth_group");
            }
            CompletableFuture<Integer> request = CompletableFuture.supplyAsync(() -> get(server));

            await().untilAsserted(() -> assertThat((String) client.connection().getAttribute(name, "Sentence"))
                    .startsWith("1 of 10 connections in use for up to")
                    .contains("no requests waiting: 1 waits for a lock on auth_group held by pid")
                    .contains("(PostgreSQL JDBC Driver, idle in transaction for"));

            TabularData verdicts = (TabularData) client.connection().getAttribute(name, "Verdicts");
            assertThat(verdicts.get(new Object[] {"LOCK_WAIT"}).get("count")).isEqualTo(1);
            assertThat(verdicts.get(new Object[] {"LEAK"}).get("count")).isEqualTo(0);
            TabularData holders = (TabularData) client.connection().getAttribute(name, "Holders");
            CompositeData holder = (CompositeData) holders.values().iterator().next();
            assertThat(holder.get("verdict")).isEqualTo("LOCK_WAIT");
            assertThat(holder.get("route")).isEqualTo("GET /api/roles");
            assertThat((int) holder.get("culpritPid")).isPositive();
            assertThat((String) client.connection().invoke(name, "diagnose", null, null))
                    .contains("where pid = " + holder.get("culpritPid") + " and backend_start <= '");
            blocker.rollback();
            assertThat(request.join()).isEqualTo(200);
        }
    }

    private static int get(TestServer server) {
        try {
            return server.get("/api/roles");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
