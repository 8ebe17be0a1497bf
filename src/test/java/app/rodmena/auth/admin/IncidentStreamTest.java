package app.rodmena.auth.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.testing.TestPostgres;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Incidents on the event stream, and their documents. */
class IncidentStreamTest {
    @Test
    void anIncidentIsStreamedAndServedInEveryFormat() throws Exception {
        PoolSettings shortTimeout = PoolSettings.DEFAULT
                .with(draft -> draft.batchSlots = 0)
                .with(draft -> draft.poolTimeout = Duration.ofSeconds(1));
        try (TestAdmin admin = TestAdmin.anonymous(shortTimeout);
                EventStreamReader reader = EventStreamReader.open(admin, "/events");
                Connection locker = TestPostgres.connect(admin.target)) {
            locker.setAutoCommit(false);
            locker.createStatement().execute("lock table auth_group");
            List<CompletableFuture<HttpResponse<String>>> stuck =
                    Stream.generate(() -> admin.api("/api/roles")).limit(12).toList();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !reader.data("incident").isEmpty());
            locker.rollback();
            for (var response : stuck) {
                response.get();
            }

            JsonNode incident = reader.data("incident").get(0);
            String path = "/incidents/" + incident.at("/id").textValue();
            assertThat(admin.json("/incidents").get(0).at("/sentence")).isEqualTo(incident.at("/sentence"));
            assertThat(admin.json(path).at("/diagnosis/holders/0/verdict").textValue())
                    .isEqualTo("LOCK_WAIT");
            for (String page : List.of(path, "/diagnosis")) {
                assertThat(admin.send(admin.request(page).header("Accept", "text/html,*/*;q=0.8"))
                                .body())
                        .startsWith("<!doctype html>");
                assertThat(admin.send(admin.request(page).header("Accept", "text/plain"))
                                .headers()
                                .firstValue("content-type"))
                        .contains("text/plain; charset=utf-8");
            }
        }
    }
}
