package app.rodmena.auth.jmx.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.jolokia.client.JolokiaClient;
import org.jolokia.client.JolokiaClientBuilder;
import org.jolokia.client.request.HttpMethod;
import org.jolokia.client.request.JolokiaExecRequest;
import org.jolokia.client.request.JolokiaListRequest;
import org.jolokia.client.request.JolokiaReadRequest;
import org.jolokia.client.request.JolokiaSearchRequest;
import org.jolokia.client.request.JolokiaVersionRequest;
import org.jolokia.client.request.JolokiaWriteRequest;
import org.jolokia.client.response.JolokiaResponse;
import org.jolokia.client.response.JolokiaSearchResponse;
import org.jolokia.client.response.JolokiaVersionResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Jolokia with its Java client and over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JolokiaTest {
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final Pattern VALUE = Pattern.compile("\"value\":\"([^\"]+)\"");

    private TestRemote remote;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        remote = TestRemote.withOperators(directory);
    }

    @AfterAll
    void stop() throws Exception {
        remote.close();
    }

    @Test
    void theJavaClientReadsWritesInvokesListsAndSearches() throws Exception {
        try (JolokiaClient client = client(TestRemote.CONTROL)) {
            JolokiaVersionResponse version = client.execute(new JolokiaVersionRequest());
            assertThat(version.getAgentVersion()).startsWith("2.6");
            client.execute(new JolokiaWriteRequest(remote.bean, "Degrees", 25), HttpMethod.POST);
            assertThat(client.execute(new JolokiaReadRequest(remote.bean, "Degrees"))
                            .<Number>getValue()
                            .intValue())
                    .isEqualTo(25);
            assertThat(client.execute(new JolokiaExecRequest(remote.bean, "reset"), HttpMethod.POST)
                            .<Number>getValue()
                            .intValue())
                    .isEqualTo(20);
            JolokiaSearchResponse found = client.execute(new JolokiaSearchRequest("app.rodmena.auth:*"));
            assertThat(found.getObjectNames()).contains(remote.bean);
            assertThat(client.execute(new JolokiaListRequest(List.of("app.rodmena.auth")))
                            .getValue()
                            .toString())
                    .contains("Degrees");
        }
    }

    @Test
    void severalReadsAreOnePost() throws Exception {
        try (JolokiaClient client = client(TestRemote.MONITOR)) {
            List<? extends JolokiaResponse<?>> answers = client.execute(List.of(
                    new JolokiaReadRequest(remote.bean),
                    new JolokiaReadRequest(new ObjectName("java.lang:type=Memory"), "HeapMemoryUsage")));

            assertThat(answers).hasSize(2);
        }
    }

    @Test
    void theListHasDescriptionsAndNothingHidden() throws Exception {
        String list = remote.get(TestRemote.MONITOR, "/list").body();

        assertThat(list)
                .contains("\"app.rodmena.auth\"", "\"desc\"", "\"Uptime\"")
                .doesNotContain("DiagnosticCommand", "SystemProperties", "FlightRecorder");
    }

    @Test
    void aBeanWithHiddenAttributesIsReadable() throws Exception {
        assertThat(remote.get(TestRemote.MONITOR, "/read/java.lang:type=Runtime")
                        .body())
                .contains("\"status\":200", "\"Uptime\"")
                .doesNotContain("SystemProperties");
    }

    @Test
    void theAgentIdIsConstant() throws Exception {
        assertThat(remote.get(TestRemote.MONITOR, "/version").body())
                .contains("\"agentId\":\"auth\"", "\"discoveryEnabled\":\"false\"");
    }

    @Test
    void notificationsArePulled() throws Exception {
        String client = register();
        String handle = subscribe(client, "pull");
        remote.thermostat.reset();

        String pull = """
                {"type":"exec","mbean":"jolokia:type=NotificationStore,agent=auth","operation":"pull",
                 "arguments":["%s","%s"]}""".formatted(client, handle);
        assertThat(remote.post(TestRemote.MONITOR, pull).body()).contains("reset to 20");
        assertThat(remote.get(TestRemote.MONITOR, "/notification/unregister/" + client)
                        .body())
                .contains("\"status\":200");
    }

    @Test
    void notificationsAreStreamedAndANonReadingClientDelaysNoOther() throws Exception {
        String nonReading = register();
        subscribe(nonReading, "sse");
        try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), remote.jolokiaPort())) {
            write(
                    silent,
                    "GET /jolokia/notification/open/%s/sse HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\n\r\n"
                            .formatted(
                                    nonReading,
                                    TestRemote.basic(TestRemote.MONITOR, TestRemote.password(TestRemote.MONITOR))));
            List<String> events = new CopyOnWriteArrayList<>();
            String client = register();
            subscribe(client, "sse");
            CompletableFuture<HttpResponse<Stream<String>>> channel = HttpClient.newHttpClient()
                    .sendAsync(
                            remote.request(TestRemote.MONITOR, "/notification/open/" + client + "/sse")
                                    .build(),
                            BodyHandlers.ofLines());
            CompletableFuture<Void> reading =
                    channel.thenAcceptAsync(answer -> answer.body().forEach(events::add));
            await().until(channel::isDone);
            for (int i = 0; i < 20_000; i++) {
                remote.thermostat.reset();
            }

            await().until(() -> events.stream().anyMatch(line -> line.contains("reset to 20")));
            remote.get(TestRemote.MONITOR, "/notification/unregister/" + client);
            await().until(reading::isDone);
        }
    }

    @Test
    void aKeptAliveConnectionDoesNotStall() throws Exception {
        HttpResponse<String> first = remote.get(TestRemote.MONITOR, "/version");
        assertThat(first.statusCode()).isEqualTo(200);
        long fastest = IntStream.range(0, 30)
                .mapToLong(i -> {
                    long before = System.nanoTime();
                    try {
                        remote.post(TestRemote.MONITOR, "{\"type\":\"version\"}");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return System.nanoTime() - before;
                })
                .sorted()
                .skip(10)
                .findFirst()
                .orElseThrow();

        assertThat(Duration.ofNanos(fastest)).isLessThan(Duration.ofMillis(30));
    }

    @Test
    void incompleteRequestsDelayNoOtherAndAreClosed() throws Exception {
        List<Socket> halfOpen =
                IntStream.range(0, 200).mapToObj(i -> openIncomplete()).toList();
        try {
            for (int i = 0; i < 20; i++) {
                long before = System.nanoTime();
                assertThat(remote.get(TestRemote.MONITOR, "/read/" + TestRemote.BEAN)
                                .statusCode())
                        .isEqualTo(200);
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
            }
            Socket first = halfOpen.get(0);
            first.setSoTimeout(20_000);
            assertThat(first.getInputStream().read()).isEqualTo(-1);
        } finally {
            for (Socket socket : halfOpen) {
                socket.close();
            }
        }
    }

    private JolokiaClient client(String operator) {
        return new JolokiaClientBuilder()
                .url(remote.jolokia("").toString())
                .user(operator)
                .password(TestRemote.password(operator))
                .build();
    }

    private String register() throws Exception {
        return group(
                ID, remote.get(TestRemote.MONITOR, "/notification/register").body());
    }

    private String subscribe(String client, String mode) throws Exception {
        String add =
                "{\"type\":\"notification\",\"command\":\"add\",\"client\":\"%s\",\"mode\":\"%s\",\"mbean\":\"%s\"}";
        return group(
                VALUE,
                remote.post(TestRemote.MONITOR, add.formatted(client, mode, TestRemote.BEAN))
                        .body());
    }

    private static String group(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    private Socket openIncomplete() {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), remote.jolokiaPort());
            write(socket, "POST /jolokia HTTP/1.1\r\nHost: loc");
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
