package app.rodmena.auth.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.RawClient;
import app.rodmena.auth.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpTest {
    private TestApi api;

    @BeforeAll
    void start() throws Exception {
        api = new TestApi();
        api.send("POST", "/api/role/ops");
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void aConnectionServesManyRequests() throws Exception {
        try (RawClient client = api.raw()) {
            for (int i = 0; i < 100; i++) {
                assertThat(client.request("GET /api/roles", api.bearer())
                                .reply()
                                .body())
                        .isEqualTo("{\"result\":[{\"role\":\"ops\",\"description\":null}]}");
                assertThat(client.request("GET /ping").reply().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            String path = i % 3 == 0 ? "/ping" : "/api/permission/ops/p" + (i % 3);
            requests.append("GET %s HTTP/1.1\r\nHost: h\r\n%s\r\n\r\n".formatted(path, api.bearer()));
        }
        try (RawClient client = api.raw()) {
            client.send(requests.toString());

            for (int i = 0; i < 300; i++) {
                assertThat(client.reply().body())
                        .as("response " + i)
                        .isEqualTo(i % 3 == 0 ? "{\"message\":\"PONG\"}" : "{\"result\":false}");
            }
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .as("no second queue: pipelined requests continue on their I/O thread")
                .extracting(Thread::getName)
                .filteredOn(name -> name.startsWith("auth-http"))
                .allMatch(name -> name.startsWith("auth-http I/O") || name.equals("auth-http Accept"));
    }

    @Test
    void aSlowClientReceivesLongListsCompletely() throws Exception {
        String tenant = UUID.randomUUID().toString();
        try (Connection database = TestPostgres.connect(api.target);
                PreparedStatement roles = database.prepareStatement(
                        "insert into auth_group (creator, role) select ?, 'role' || n from generate_series(1, 100000) n")) {
            roles.setString(1, tenant);
            roles.executeUpdate();
        }
        try (RawClient client = api.raw()) {
            // Three responses of 4 MB are requested before the first is read.
            for (int i = 0; i < 3; i++) {
                client.request("GET /api/roles", "Authorization: Bearer " + tenant);
            }
            for (int i = 0; i < 3; i++) {
                String body = client.reply().body();
                assertThat(body.split("\"role\":", -1)).hasSize(100_001);
                assertThat(body).endsWith("]}");
            }
        }
    }

    @Test
    void headHasTheContentLengthOfGetAndNoBody() throws Exception {
        try (RawClient client = api.raw()) {
            for (String path : List.of("/ping", "/health", "/api/roles", "/api/has_permission/u/p", "/nothing")) {
                int length = client.request("GET " + path, api.bearer())
                        .reply()
                        .body()
                        .length();
                RawClient.Reply head =
                        client.request("HEAD " + path, api.bearer()).replyWithoutBody();

                assertThat(head.header("content-length")).as(path).isEqualTo(Integer.toString(length));
                assertThat(client.request("GET /ping").reply().body()).isEqualTo("{\"message\":\"PONG\"}");
            }
        }
    }

    @Test
    void optionsListsMethodsWithoutAKey() throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply =
                    client.request("OPTIONS /api/permission/r/p").reply();
            assertThat(reply.status()).isEqualTo(204);
            assertThat(reply.header("allow")).isEqualTo("GET, HEAD, POST, DELETE, OPTIONS");
            assertThat(reply.headers()).doesNotContainKey("access-control-allow-origin");

            assertThat(client.request("OPTIONS *").reply().header("allow"))
                    .isEqualTo("GET, HEAD, POST, PUT, DELETE, OPTIONS");
            assertThat(client.request("OPTIONS /nothing").reply().status()).isEqualTo(404);
        }
    }

    @Test
    void http10ConnectionsAreClosedUnlessKeepAliveIsRequested() throws Exception {
        try (RawClient client = api.raw()) {
            client.send("GET /ping HTTP/1.0\r\n\r\n");
            assertThat(client.reply().header("connection")).isEqualTo("close");
            assertThat(client.isClosedByServer()).isTrue();
        }
        try (RawClient client = api.raw()) {
            for (int i = 0; i < 3; i++) {
                client.send("GET /api/roles HTTP/1.0\r\nConnection: Keep-Alive\r\n%s\r\n\r\n".formatted(api.bearer()));
                RawClient.Reply reply = client.reply();
                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.header("connection")).isEqualTo("keep-alive");
            }
        }
    }

    @Test
    void connectionCloseIsHonoured() throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply = client.request("GET /api/roles", api.bearer(), "Connection: close")
                    .reply();

            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("connection")).isEqualTo("close");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void unusedBodiesAreDiscarded() throws Exception {
        HttpResponse<String> fixed = api.client.send(
                api.request("POST", "/api/role/ops")
                        .POST(BodyPublishers.ofString("{\"description\":\"x\"}"))
                        .header("Authorization", "Bearer " + api.key)
                        .build(),
                BodyHandlers.ofString());
        assertThat(fixed.body()).isEqualTo("{\"result\":true}");

        try (RawClient client = api.raw()) {
            client.send("POST /api/role/ops HTTP/1.1\r\nHost: h\r\n%s\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .formatted(api.bearer()));
            client.send("5\r\nhello\r\n").send("0\r\n\r\n");
            assertThat(client.reply().body()).isEqualTo("{\"result\":true}");

            // The body of a refused request is discarded too; the connection stays open.
            client.send("POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
            assertThat(client.reply().status()).isEqualTo(404);
            assertThat(client.request("GET /ping").reply().status()).isEqualTo(200);
        }
    }

    @Test
    void expectContinueGets100OrTheErrorImmediately() throws Exception {
        try (RawClient client = api.raw()) {
            client.send(
                    "POST /api/role/ops HTTP/1.1\r\nHost: h\r\n%s\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
                            .formatted(api.bearer()));
            assertThat(client.reply().status()).isEqualTo(100);
            assertThat(client.send("hello").reply().body()).isEqualTo("{\"result\":true}");
            assertThat(client.request("GET /ping").reply().status()).isEqualTo(200);

            client.send("POST /api/role/ops HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            RawClient.Reply refusal = client.reply();
            assertThat(refusal.status()).isEqualTo(401);
            assertThat(refusal.header("connection")).isEqualTo("close");
        }
    }

    @Test
    void invalidHttpGetsAJsonError() throws Exception {
        for (String invalidRequest : List.of(
                "nonsense\r\n\r\n",
                "GET /ping HTTP/1.1\r\n\r\n",
                "GET /ping HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /ping HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n")) {
            try (RawClient client = api.raw()) {
                RawClient.Reply reply = client.send(invalidRequest).reply();

                assertThat(reply.status()).as(invalidRequest).isEqualTo(400);
                assertThat(reply.header("content-type")).as(invalidRequest).isEqualTo("application/json");
                assertThat(reply.header("connection")).as(invalidRequest).isEqualTo("close");
                assertThat(TestApi.withoutTimestamp(reply.body()))
                        .as(invalidRequest)
                        .startsWith("{\"success\":false,\"code\":400,")
                        .endsWith("\"timestamp\":\"T\"}");
                assertThat(client.isClosedByServer()).as(invalidRequest).isTrue();
            }
        }
    }

    @Test
    void sixtyFourConcurrentClientsGetTheirOwnResponses() throws Exception {
        List<CompletableFuture<Integer>> clients = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            int client = i;
            clients.add(CompletableFuture.supplyAsync(
                    () -> countOwnResponses(client), command -> new Thread(command).start()));
        }
        for (CompletableFuture<Integer> client : clients) {
            assertThat(client.get()).isEqualTo(50);
        }
    }

    /** The number of responses, of 50, that belong to this client. */
    private int countOwnResponses(int number) {
        try (RawClient client = api.raw()) {
            String user = "user" + number;
            client.request("POST /api/membership/%s/ops".formatted(user), api.bearer())
                    .reply();
            int own = 0;
            for (int i = 0; i < 50; i++) {
                String body = client.request("GET /api/user_roles/" + user, api.bearer())
                        .reply()
                        .body();
                own += body.equals("{\"result\":[{\"user\":\"%s\",\"role\":\"ops\"}]}".formatted(user)) ? 1 : 0;
            }
            return own;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
