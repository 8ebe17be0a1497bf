package app.rodmena.auth.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.testing.RawClient;
import app.rodmena.auth.testing.TestPostgres;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The changes of a tenant over HTTP, in pages and as server-sent events. */
class ChangesRouteTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String PATH = "/api/changes";
    private static final Duration LONG = Duration.ofSeconds(60);

    private TestApi api;

    @BeforeEach
    void start() throws Exception {
        api = new TestApi();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private void post(String path) throws Exception {
        assertThat(api.send("POST", path).statusCode()).isEqualTo(200);
    }

    private void describe(String role, String body) throws Exception {
        var request = api.request("PUT", "/api/role/" + role + "/description")
                .method("PUT", BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + api.key);
        assertThat(api.client.send(request.build(), BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    private static String next(HttpResponse<String> page) {
        return page.headers().firstValue("Link").orElseThrow().replaceAll("<(.*)>; rel=\"next\"", "$1");
    }

    private static String cursor(HttpResponse<String> page) {
        return next(page).replaceAll(".*after=", "");
    }

    private static JsonNode rows(HttpResponse<String> page) throws IOException {
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        return JSON.readTree(page.body()).path("result");
    }

    /** A client of the stream. */
    private final class Events implements AutoCloseable {
        final List<String> ids = new CopyOnWriteArrayList<>();
        final List<JsonNode> changes = new CopyOnWriteArrayList<>();
        private final InputStream body;
        private volatile boolean ended;

        Events(String query, String lastId) throws Exception {
            var request = api.request("GET", PATH + query)
                    .timeout(LONG)
                    .header("Authorization", "Bearer " + api.key)
                    .header("Accept", "text/event-stream");
            if (!lastId.isEmpty()) {
                request.header("Last-Event-ID", lastId);
            }
            HttpResponse<InputStream> response = api.client.send(request.build(), BodyHandlers.ofInputStream());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
            body = response.body();
            Thread reader = new Thread(this::read);
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("id: ")) {
                        ids.add(line.substring(4));
                    } else if (line.startsWith("data: ")) {
                        changes.add(JSON.readTree(line.substring(6)));
                    }
                }
            } catch (IOException e) {
                // Ends like a stream that the server has closed
            }
            ended = true;
        }

        List<String> roles() {
            return changes.stream()
                    .map(change -> change.path("role").textValue())
                    .toList();
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }

    @Test
    void everyChangeIsOnOnePageWithItsFields() throws Exception {
        post("/api/role/staff");
        describe("staff", "{\"description\":\"a \\\"b\\\" \\u2028 é 🙂\"}");
        describe("staff", "{\"description\":null}");
        post("/api/membership/ann@example.org/staff");
        post("/api/permission/staff/article:read");
        api.send("DELETE", "/api/user/ann@example.org");

        List<JsonNode> all = new ArrayList<>();
        HttpResponse<String> page = api.send("GET", PATH + "?limit=2");
        while (!rows(page).isEmpty()) {
            assertThat(rows(page)).hasSizeLessThanOrEqualTo(2);
            rows(page).forEach(all::add);
            page = api.send("GET", next(page));
        }

        assertThat(all.stream().map(change -> {
                    assertThat(change.path("time").textValue()).matches("\\d{4}-\\d\\d-\\d\\dT.*\\.\\d{6}");
                    return change.toString().replaceFirst("\"time\":\"[^\"]*\",", "");
                }))
                .containsExactly(
                        "{\"change\":\"role_created\",\"role\":\"staff\"}",
                        "{\"change\":\"role_described\",\"role\":\"staff\",\"description\":\"a \\\"b\\\" \u2028 é 🙂\"}",
                        "{\"change\":\"role_described\",\"role\":\"staff\",\"description\":null}",
                        "{\"change\":\"membership_granted\",\"user\":\"ann@example.org\",\"role\":\"staff\"}",
                        "{\"change\":\"permission_granted\",\"role\":\"staff\",\"permission\":\"article:read\"}",
                        "{\"change\":\"user_deleted\",\"user\":\"ann@example.org\"}");
        post("/api/role/later");
        assertThat(rows(api.send("GET", next(page)))).hasSize(1);
        assertThat(rows(api.send("GET", PATH))).hasSize(7);
        assertThat(rows(api.send("GET", PATH + "?after=latest"))).isEmpty();
    }

    @Test
    void invalidQueriesAndCursorsAreRefused() throws Exception {
        post("/api/role/staff");
        post("/api/role/other");
        String cursor = cursor(api.send("GET", PATH + "?limit=1"));
        byte[] bytes = Base64.getUrlDecoder().decode(cursor);
        byte[] forged = bytes.clone();
        forged[20]++;
        byte[] older = bytes.clone();
        older[0] = 0;
        String list = cursor(api.send("GET", "/api/roles?limit=1"));
        for (String query : List.of(
                "limit=0",
                "limit=-1",
                "limit=1001",
                "limit=x",
                "before=1",
                "after=",
                "after=!",
                "after=AQ",
                "after=" + cursor.substring(0, cursor.length() / 2),
                "after=" + Base64.getUrlEncoder().withoutPadding().encodeToString(forged),
                "after=" + Base64.getUrlEncoder().withoutPadding().encodeToString(older),
                "after=" + list)) {
            assertThat(api.send("GET", PATH + "?" + query).statusCode())
                    .as(query)
                    .isEqualTo(400);
        }
        assertThat(api.send("GET", "/api/roles?limit=1&after=" + cursor).statusCode())
                .isEqualTo(400);
        var other =
                api.request("GET", PATH + "?after=" + cursor).header("Authorization", "Bearer " + UUID.randomUUID());
        assertThat(api.client.send(other.build(), BodyHandlers.ofString()).statusCode())
                .isEqualTo(400);
        assertThat(rows(api.send("GET", PATH + "?after=" + cursor))).hasSize(1);
    }

    @Test
    void aCursorBeforeDeletedChangesIsGone() throws Exception {
        post("/api/role/staff");
        post("/api/role/other");
        String cursor = cursor(api.send("GET", PATH + "?limit=1"));
        try (Connection connection = TestPostgres.connect(api.target);
                var statement = connection.createStatement()) {
            statement.execute("delete from auth_change where creator = '%s'".formatted(api.key));
            statement.execute(
                    "update auth_change_horizon set id = 1000000,"
                            + " xid = cast(cast(cast(cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as bigint) - 1 as text) as xid8)");
            try {
                HttpResponse<String> gone = api.send("GET", PATH + "?after=" + cursor);
                assertThat(gone.statusCode()).isEqualTo(410);
                assertThat(gone.body()).contains("\"reason\":\"CHANGES_REMOVED\"");
                assertThat(rows(api.send("GET", PATH + "?after=latest"))).isEmpty();
                String fresh = cursor(api.send("GET", PATH));
                assertThat(rows(api.send("GET", PATH + "?after=" + fresh))).isEmpty();
            } finally {
                statement.execute("update auth_change_horizon set xid = '0', id = 0");
            }
        }
    }

    @Test
    void aStreamSendsWhatIsThereAndWhatFollowsAndResumes() throws Exception {
        post("/api/role/one");
        List<String> ids;
        try (Events events = new Events("", "")) {
            await().until(() -> events.roles().equals(List.of("one")));
            post("/api/role/two");
            post("/api/membership/ann/two");
            await().atMost(LONG).until(() -> events.changes.size() == 3);
            ids = events.ids.stream().distinct().toList(); // A poll without new changes repeats the last id
            assertThat(ids).hasSize(3);
        }
        for (int i = 120; i > 0; i--) {
            post("/api/role/more" + i);
        }
        try (Events resumed = new Events("?after=latest", ids.get(1))) {
            await().atMost(LONG).until(() -> resumed.changes.size() == 121);
            assertThat(resumed.changes.get(0).path("change").textValue()).isEqualTo("membership_granted");
            assertThat(resumed.roles().get(120)).isEqualTo("more1");
        }
        try (Events latest = new Events("?after=latest", "")) {
            await().until(() -> !latest.ids.isEmpty());
            post("/api/role/last");
            await().atMost(LONG).until(() -> latest.roles().equals(List.of("last")));
        }
        assertThat(api.send("GET", PATH + "?limit=1000").body()).contains("last");
    }

    @Test
    void aStreamWhoseFirstPageExceedsTheBudgetIsRefused() throws Exception {
        api.close();
        api = new TestApi(new TestApi.Limits(Duration.ofSeconds(10), 3000), (route, status, took) -> {});
        for (int i = 0; i < 20; i++) {
            post("/api/role/role" + i);
        }
        var request = api.request("GET", PATH)
                .header("Authorization", "Bearer " + api.key)
                .header("Accept", "text/event-stream");
        HttpResponse<String> refused = api.client.send(request.build(), BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("UNREAD_RESPONSES");
    }

    @Test
    void streamsThatEndAndHeadRequestsLeaveNoReader() throws Exception {
        restart(TestApi.CONFIG.with(draft -> draft.maxClients = 40));
        String[] headers = {api.bearer(), "Accept: text/event-stream"};
        try (RawClient raw = api.raw()) {
            for (int i = 0; i < 15; i++) {
                assertThat(raw.request("HEAD " + PATH, headers)
                                .replyWithoutBody()
                                .status())
                        .isEqualTo(200);
            }
        }
        for (int i = 0; i < 15; i++) {
            await().atMost(LONG).until(() -> {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.listener.port())) {
                    socket.getOutputStream()
                            .write(("GET " + PATH + " HTTP/1.1\r\nHost: x\r\n" + String.join("\r\n", headers)
                                            + "\r\n\r\n")
                                    .getBytes(UTF_8));
                    return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))
                            .readLine()
                            .contains("200");
                }
            });
        }
    }

    @Test
    void streamsEndWhenTheDatabaseCannotBeAskedForChanges() throws Exception {
        try (Events events = new Events("", "");
                Connection connection = TestPostgres.connect(api.target);
                var statement = connection.createStatement()) {
            await().until(() -> !events.ids.isEmpty());
            statement.execute("alter table auth_change rename to auth_change_away");
            try {
                await().atMost(LONG).until(() -> events.ended);
            } finally {
                statement.execute("alter table auth_change_away rename to auth_change");
            }
        }
    }

    @Test
    void aStreamIsRefusedLikeAPage() throws Exception {
        for (String query : List.of("?limit=1", "?after=AQ")) {
            var request = api.request("GET", PATH + query)
                    .header("Authorization", "Bearer " + api.key)
                    .header("Accept", "text/event-stream");
            HttpResponse<String> refused = api.client.send(request.build(), BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/json");
        }
    }

    @Test
    void streamsAreClosedByADrainAndTakeNoConnection() throws Exception {
        restart(TestApi.CONFIG.with(draft -> draft.drain = Duration.ofSeconds(20)));
        try (Events events = new Events("", "")) {
            await().until(() -> !events.ids.isEmpty());
            assertThat(api.listener.inFlight()).isZero();
            await().until(() -> api.engine.pool().snapshot().checkedOut() == 0);
            Thread drain = new Thread(api.listener::drain);
            drain.start();
            await().until(() -> events.ended);
            var request = api.request("GET", PATH)
                    .header("Authorization", "Bearer " + api.key)
                    .header("Accept", "text/event-stream");
            assertThat(api.client.send(request.build(), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(503);
            api.listener.endDrain();
            drain.join();
        }
    }

    private void restart(HttpConfig config) throws IOException {
        api.close();
        api = new TestApi(config);
    }

    @Test
    void hundredsOfReadersGetAChangeThatOneOfTwoServersMakes() throws Exception {
        List<Socket> readers = new ArrayList<>();
        try (ApiListener second =
                ApiListener.start(TestApi.CONFIG, api.engine, api.health, (route, status, took) -> {})) {
            String request = "GET " + PATH + "?after=latest HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
                    + api.bearer() + "\r\n\r\n";
            for (int i = 0; i < 300; i++) {
                Socket reader =
                        new Socket(InetAddress.getLoopbackAddress(), i % 2 == 0 ? api.listener.port() : second.port());
                reader.setSoTimeout((int) LONG.toMillis());
                reader.getOutputStream().write(request.getBytes(UTF_8));
                readers.add(reader);
            }
            List<BufferedReader> lines = new ArrayList<>();
            for (Socket reader : readers) {
                lines.add(new BufferedReader(new InputStreamReader(reader.getInputStream(), UTF_8)));
                readTo(lines.get(lines.size() - 1), "id: ");
            }
            // The first look at new changes wakes all; from then on, idle readers use no connection.
            long[] checkouts = {-1};
            await().atMost(LONG)
                    .pollInterval(Duration.ofSeconds(3))
                    .until(() ->
                            checkouts[0] == (checkouts[0] = api.engine.events().count(PoolEventKind.CHECKOUT)));
            post("/api/role/seen-by-all");
            for (BufferedReader reader : lines) {
                assertThat(readTo(reader, "data: ")).contains("seen-by-all");
            }
        } finally {
            for (Socket reader : readers) {
                reader.close();
            }
        }
    }

    private static String readTo(BufferedReader reader, String start) throws IOException {
        String line = reader.readLine();
        while (!line.startsWith(start)) {
            line = reader.readLine();
        }
        return line;
    }

    @Test
    void aTenantMayHaveHalfOfAllReadersAndAReaderThatDoesNotReadIsDisconnected() throws Exception {
        restart(TestApi.CONFIG.with(draft -> {
            draft.maxClients = 40;
            draft.readTimeout = Duration.ofSeconds(15); // Longer than ten streams and one more take to begin
        }));
        post("/api/role/staff");
        try (Connection connection = TestPostgres.connect(api.target);
                var statement = connection.createStatement()) {
            statement.execute("""
                        insert into auth_change (creator, change, role, description)
                        select '%s', 'role_described', 'staff', repeat('x', 250) from generate_series(1, 50000)
                        """.formatted(api.key));
        }
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Socket socket = new Socket();
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), api.listener.port()));
            socket.getOutputStream()
                    .write(("GET " + PATH + " HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n" + api.bearer()
                                    + "\r\n\r\n")
                            .getBytes(UTF_8));
            sockets.add(socket);
        }
        var request = api.request("GET", PATH + "?after=latest")
                .header("Authorization", "Bearer " + api.key)
                .header("Accept", "text/event-stream");
        await().until(() -> {
            HttpResponse<InputStream> refused = api.client.send(request.build(), BodyHandlers.ofInputStream());
            refused.body().close();
            return refused.statusCode() == 503;
        });
        // Those that do not read are disconnected
        await().atMost(LONG).pollInterval(Duration.ofMillis(250)).until(() -> {
            HttpResponse<InputStream> accepted = api.client.send(request.build(), BodyHandlers.ofInputStream());
            accepted.body().close();
            return accepted.statusCode() == 200;
        });
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
