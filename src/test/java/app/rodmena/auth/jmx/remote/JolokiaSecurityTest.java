package app.rodmena.auth.jmx.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks over Jolokia with the role control; all must be denied. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JolokiaSecurityTest {
    private TestRemote remote;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        remote = TestRemote.withOperators(directory);
        PoolLogin.register();
    }

    @AfterAll
    void stop() throws Exception {
        PoolLogin.unregister();
        remote.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"""
                {"type":"exec","mbean":"com.sun.management:type=DiagnosticCommand","operation":"vmSystemProperties"}""", """
                {"type":"exec","mbean":"com.sun.management:type=HotSpotDiagnostic",
                 "operation":"dumpHeap","arguments":["/tmp/x.hprof",true]}""", """
                {"type":"exec","mbean":"java.util.logging:type=Logging","operation":"setLoggerLevel",
                 "arguments":["","ALL"]}""", """
                {"type":"exec","mbean":"java.lang:type=Memory","operation":"gc"}""", """
                {"type":"exec","mbean":"jdk.management.jfr:type=FlightRecorder","operation":"newRecording"}""", """
                {"type":"write","mbean":"java.lang:type=Memory","attribute":"Verbose","value":true}""", """
                {"type":"read","mbean":"java.lang:type=Runtime","attribute":"SystemProperties"}""", """
                {"type":"read","mbean":"java.lang:type=Runtime","attribute":"SystemProperties","path":"user.dir"}""", """
                {"type":"read","mbean":"java.lang:type=Runtime","attribute":["InputArguments"]}""", """
                {"type":"read","mbean":"com.sun.management:type=HotSpotDiagnostic","attribute":"DiagnosticOptions"}""", """
                {"type":"write","mbean":"com.zaxxer.hikari:type=PoolConfig,name=auth","attribute":"Password",
                 "value":"x"}""", """
                {"type":"exec","mbean":"jolokia:type=ServerHandler,agent=auth","operation":"mBeanServersInfo"}""", """
                {"type":"config"}"""})
    void isDenied(String request) throws Exception {
        HttpResponse<String> response = remote.post(TestRemote.CONTROL, request);

        assertThat(response.body()).contains("\"status\":403").doesNotContain(System.getProperty("user.dir"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"""
                {"type":"read","mbean":"java.lang:type=Runt*","attribute":["Uptime","SystemProperties"]}""", """
                {"type":"read","mbean":"*:*","config":{"ignoreErrors":true}}""", """
                {"type":"list","path":"com.sun.management/type=DiagnosticCommand"}""", """
                {"type":"search","mbean":"com.sun.management:*"}""", """
                {"type":"version"}"""})
    void responsesContainNothingHidden(String request) throws Exception {
        String response = remote.post(TestRemote.CONTROL, request).body();

        assertThat(response.replaceFirst("\"request\":\\{.*?\\}", ""))
                .contains("\"status\":200")
                .doesNotContain(System.getProperty("user.dir"), "vmSystemProperties", "InputArguments", "hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/exec/" + TestRemote.BEAN + "/reset", "/write/" + TestRemote.BEAN + "/Degrees/30"})
    void getChangesNothing(String path) throws Exception {
        assertThat(remote.get(TestRemote.CONTROL, path).body()).contains("\"status\":403");
        assertThat(remote.thermostat.getDegrees()).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"""
                {"type":"read","mbean":"java.lang:type=Memory","target":{"url":"service:jmx:rmi:///jndi/rmi://x/y"}}""", """
                {"type":"read","mbean":"java.lang:type=Memory","target":"service:jmx:rmi:///jndi/rmi://x/y"}""", """
                {"type":"version","options":{"target":{"url":"service:jmx:rmi:///jndi/rmi://x/y"}}}""", """
                [{"type":"version"},{"type":"version","target":{"url":"service:jmx:rmi:///jndi/rmi://x/y"}}]"""})
    void proxyRequestsAreRefused(String request) throws Exception {
        HttpResponse<String> response = remote.post(TestRemote.CONTROL, request);

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body()).contains("\"status\":403");
    }

    @ParameterizedTest
    @CsvSource({
        "Origin, https://evil.example",
        "Origin, null",
        "Origin, http://127.0.0.1:1",
        "Origin, http://127.0.0.1.evil.example",
        "Origin, ''",
        "Referer, https://evil.example/page",
        "Sec-Fetch-Site, cross-site",
        "Sec-Fetch-Site, same-site"
    })
    void pagesOfOtherSitesAreRefused(String header, String value) throws Exception {
        HttpResponse<String> response =
                remote.send(remote.request(TestRemote.CONTROL, "/version").header(header, value));

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control"));
    }

    @Test
    void pagesOfTheServerAreAccepted() throws Exception {
        HttpResponse<String> response = remote.send(remote.request(TestRemote.CONTROL, "/version")
                .header("Origin", "http://127.0.0.1:" + remote.jolokiaPort())
                .header("Sec-Fetch-Site", "same-origin"));

        assertThat(response.statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "evil.example, 403",
        "evil.example:8778, 403",
        "127.0.0.1.evil.example, 403",
        "127.0.0.1@evil.example, 403",
        "192.0.2.1, 403",
        "'', 403",
        "localhost, 200",
        "LocalHost:1, 200",
        "127.0.0.1:99, 200",
        "[::1]:8778, 200"
    })
    void onlyItsOwnHostNamesAreAccepted(String host, int status) throws Exception {
        assertThat(raw("GET /jolokia/version HTTP/1.1\r\nHost: " + host)).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void aRequestWithoutHostIsRefused() throws Exception {
        assertThat(raw("GET /jolokia/version HTTP/1.0\r\nX: y")).startsWith("HTTP/1.1 403 ");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /config, 403",
        "POST, /config, 403",
        "GET, /%63onfig, 403",
        "GET, //config, 403",
        "OPTIONS, '', 405",
        "PUT, '', 405",
        "GET, ../other, 404",
        "GET, X, 404",
        "GET, /version?callback=alert, 403",
        "GET, /read/java.lang:type=Runtime?callback=f, 403",
        "GET, /version?call%62ack=f, 403"
    })
    void otherPathsMethodsAndJsonpAreRefused(String method, String path, int status) throws Exception {
        HttpResponse<String> response =
                remote.send(remote.request(TestRemote.CONTROL, path).method(method, BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(status);
    }

    @Test
    void aLoginRequiresTheCorrectPassword() throws Exception {
        HttpResponse<String> without = remote.get(null, "/version");
        assertThat(without.statusCode()).isEqualTo(401);
        assertThat(without.headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(value -> assertThat(value).startsWith("Basic"));
        HttpResponse<String> wrong = remote.send(remote.request(null, "/version")
                .header("Authorization", TestRemote.basic(TestRemote.CONTROL, "wrong")));
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(wrong.body()).doesNotContain("agent");
        for (String invalidHeader : new String[] {"Basic", "Basic !!!", "Bearer x", "Basic " + "QQ=="}) {
            assertThat(remote.send(remote.request(null, "/version").header("Authorization", invalidHeader))
                            .statusCode())
                    .isEqualTo(401);
        }
    }

    @ParameterizedTest
    @CsvSource({"exec,operation,reset", "write,attribute,Degrees"})
    void monitorMayOnlyRead(String type, String key, String what) throws Exception {
        String response = remote.post(
                        TestRemote.MONITOR,
                        "{\"type\":\"%s\",\"mbean\":\"%s\",\"%s\":\"%s\",\"value\":30}"
                                .formatted(type, TestRemote.BEAN, key, what))
                .body();

        assertThat(response).contains("\"status\":403");
        assertThat(remote.thermostat.getDegrees()).isEqualTo(20);
        assertThat(remote.get(TestRemote.MONITOR, "/read/" + TestRemote.BEAN).body())
                .contains("\"Degrees\":20");
    }

    @Test
    void denialsAreAuditedWithOperatorAndAddress() throws Exception {
        remote.get(TestRemote.MONITOR, "/read/java.lang:type=Runtime/BootClassPath");

        assertThat(remote.audit())
                .contains("bob (monitor) from 127.0.0.1 was denied to read BootClassPath of java.lang:type=Runtime");
    }

    @Test
    void largeAndDeepBodiesAreRefused() throws Exception {
        assertThat(remote.post(TestRemote.CONTROL, "[".repeat(200_000)).statusCode())
                .isEqualTo(400);
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertThat(remote.post(TestRemote.CONTROL, deep).statusCode()).isEqualTo(400);
        String deepArgument = """
                {"type": "exec", "mbean": "app.rodmena.auth:type=Pool,name=auth", "operation": "none", "arguments": [%s]}
                """.formatted(deep);
        assertThat(remote.post(TestRemote.CONTROL, deepArgument).statusCode()).isEqualTo(400);
        assertThat(remote.post(TestRemote.CONTROL, " ".repeat(300_000)).statusCode())
                .isEqualTo(413);
        assertThat(remote.post(TestRemote.CONTROL, "").statusCode()).isEqualTo(400);
        assertThat(remote.get(TestRemote.CONTROL, "/version").statusCode()).isEqualTo(200);
    }

    private String raw(String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), remote.jolokiaPort())) {
            String login = TestRemote.basic(TestRemote.CONTROL, TestRemote.password(TestRemote.CONTROL));
            socket.getOutputStream()
                    .write((head + "\r\nAuthorization: " + login + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
