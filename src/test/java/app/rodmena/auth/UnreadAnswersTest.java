package app.rodmena.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.LongList;
import app.rodmena.auth.testing.RawClient;
import app.rodmena.auth.testing.TestPostgres;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server with a small heap, whose clients ask for much and read nothing. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnreadAnswersTest {
    private static final int ROWS = 120_000;
    private static final String PATH = "/api/members/" + LongList.ROLE;

    private final String big = UUID.randomUUID().toString();
    private final String medium = UUID.randomUUID().toString();
    private final String other = UUID.randomUUID().toString();

    @TempDir
    Path directory;

    @Test
    void aSmallHeapServesAllOthersMeanwhile() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        try (AuthProcess server = AuthProcess.start(
                        directory,
                        List.of(),
                        List.of("-Xmx64m", "-XX:+ExitOnOutOfMemoryError"),
                        AuthProcess.ALL_LISTENERS,
                        "--port=0",
                        "--database-url=" + target.jdbcUrl() + "?user=postgres",
                        "--incidents-dir=off",
                        "--read-timeout=5s",
                        "--instance=small-heap")
                .awaitStart()) {
            assertThat(server.ask("POST", "/api/role/mine", other).join().statusCode())
                    .isEqualTo(200);
            LongList.create(target, big, ROWS, 1);
            LongList.create(target, medium, 15_000, 1);

            String members = LongList.members(ROWS);
            List<CompletableFuture<HttpResponse<String>>> lists = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                lists.add(server.ask("GET", PATH, big));
            }
            for (CompletableFuture<HttpResponse<String>> list : lists) {
                HttpResponse<String> answer = list.join();
                assertThat(answer.statusCode()).isIn(200, 503);
                if (answer.statusCode() == 200) {
                    assertThat(answer.body()).isEqualTo(members);
                }
            }
            assertThat(lists)
                    .anySatisfy(list -> assertThat(list.join().statusCode()).isEqualTo(200));

            List<RawClient> deaf = new ArrayList<>();
            try {
                for (int i = 0; i < 200; i++) {
                    deaf.add(new RawClient(URI.create(server.url()).getPort())
                            .request("GET " + PATH, "Authorization: Bearer " + medium));
                }
                for (int i = 0; i < 20; i++) {
                    assertThat(server.ask("GET", "/health/live", other).join().statusCode())
                            .isEqualTo(200);
                    assertThat(server.ask("GET", "/api/roles", other).join().body())
                            .contains("mine");
                }
                // Long lists of all tenants are read in turn.
                await().atMost(Duration.ofSeconds(100))
                        .until(() -> server.ask("GET", PATH, big).join().statusCode() == 200);
            } finally {
                for (RawClient client : deaf) {
                    client.close();
                }
            }
            assertThat(server.isAlive()).as(server.err()).isTrue();
        }
    }
}
