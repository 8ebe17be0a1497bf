package app.rodmena.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.postgres.DatabaseTarget;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.LongList;
import app.rodmena.auth.testing.RawClient;
import app.rodmena.auth.testing.TestPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
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
    /** The maximum length of a name, so that a list has many bytes but few rows. */
    private static final int NAME_LENGTH = 64;

    private static final String ROLE = longName(LongList.ROLE);
    private static final String PATH = "/api/members/" + ROLE;

    /** A list of 4.5 MB. */
    private static final int ROWS = 30_000;

    /** A list of 9 MB, of which Linux buffers 4 MB by default (tcp_wmem) for a client that does not read. */
    private static final int UNREAD_ROWS = 60_000;

    private static final int DEAF_CLIENTS = 12;

    private final String reader = UUID.randomUUID().toString();
    private final String deafTenant = UUID.randomUUID().toString();
    private final String other = UUID.randomUUID().toString();

    @TempDir
    Path directory;

    @Test
    void aSmallHeapServesAllOthersMeanwhile() throws Exception {
        DatabaseTarget target = TestPostgres.freshDatabase();
        try (AuthProcess server = AuthProcess.start(
                        directory,
                        List.of(),
                        List.of("-Xmx32m", "-XX:+ExitOnOutOfMemoryError"),
                        AuthProcess.ALL_LISTENERS,
                        "--port=0",
                        "--database-url=" + target.jdbcUrl() + "?user=postgres",
                        "--incidents-dir=off",
                        "--read-timeout=8s",
                        "--instance=small-heap")
                .awaitStart()) {
            assertThat(server.ask("POST", "/api/role/mine", other).join().statusCode())
                    .isEqualTo(200);
            LongList.create(target, reader, ROWS, 1);
            LongList.create(target, deafTenant, UNREAD_ROWS, 1);
            lengthenNames(target);

            String members = members();
            List<CompletableFuture<HttpResponse<String>>> lists = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                lists.add(server.ask("GET", PATH, reader));
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
                for (int i = 0; i < DEAF_CLIENTS; i++) {
                    deaf.add(new RawClient(URI.create(server.url()).getPort())
                            .request("GET " + PATH, "Authorization: Bearer " + deafTenant));
                }
                for (int i = 0; i < 20; i++) {
                    assertThat(server.ask("GET", "/health/live", other).join().statusCode())
                            .isEqualTo(200);
                    assertThat(server.ask("GET", "/api/roles", other).join().body())
                            .contains("mine");
                }
                await().atMost(Duration.ofSeconds(100)).until(() -> haveReplies(deaf));
                // Long lists of all tenants are read in turn.
                await().atMost(Duration.ofSeconds(100))
                        .until(() -> server.ask("GET", PATH, reader).join().statusCode() == 200);
            } finally {
                for (RawClient client : deaf) {
                    client.close();
                }
            }
            assertThat(server.isAlive()).as(server.err()).isTrue();
        }
    }

    private static boolean haveReplies(List<RawClient> clients) throws IOException {
        for (RawClient client : clients) {
            if (!client.hasReply()) {
                return false;
            }
        }
        return true;
    }

    private static void lengthenNames(DatabaseTarget target) throws SQLException {
        try (var connection = TestPostgres.connect(target);
                var statement = connection.createStatement()) {
            statement.execute("update auth_group set role = rpad(role, %d, '-')".formatted(NAME_LENGTH));
            statement.execute("update auth_membership set \"user\" = rpad(\"user\", %d, '-')".formatted(NAME_LENGTH));
        }
    }

    private static String members() {
        return LongList.members(ROWS)
                .replace('"' + LongList.ROLE + '"', '"' + ROLE + '"')
                .replaceAll("user-\\d+", "$0" + "-".repeat(NAME_LENGTH - "user-0000001".length()));
    }

    private static String longName(String name) {
        return name + "-".repeat(NAME_LENGTH - name.length());
    }
}
