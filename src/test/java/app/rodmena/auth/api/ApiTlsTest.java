package app.rodmena.auth.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.security.Keystore;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.RawClient;
import app.rodmena.auth.testing.TestKeystore;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS on the API's port. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiTlsTest {
    @TempDir
    static Path directory;

    /** Between handshakes, which notice a replaced keystore. */
    private static final Duration HANDSHAKE_INTERVAL = Duration.ofMillis(200);

    private TestKeystore key;
    private TestKeystore next;
    private TestKeystore expired;
    private TestApi api;

    @BeforeAll
    void start() throws Exception {
        key = TestKeystore.make(directory);
        next = TestKeystore.make(Files.createDirectory(directory.resolve("next")));
        expired = TestKeystore.expired(Files.createDirectory(directory.resolve("expired")));
        api = new TestApi(config(key));
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private static HttpConfig config(TestKeystore key) throws IOException {
        return TestApi.CONFIG.withKeystore(Keystore.open(key.file, key::password));
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void http2AndHttp1AreSelectedByTheClient(HttpClient.Version version) throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .version(version)
                .sslContext(key.trusting())
                .build();

        HttpResponse<String> created = send(client, "POST", "/api/role/tls");
        HttpResponse<String> listed = send(client, "GET", "/api/roles");

        assertThat(created.version()).isEqualTo(version);
        assertThat(created.body()).isEqualTo("{\"result\":true}");
        assertThat(listed.body()).contains("tls");
        assertThat(send(client, "GET", "/nothing").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void bodiesAreLimited(HttpClient.Version version) throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .version(version)
                .sslContext(key.trusting())
                .build();
        HttpRequest.Builder checks = request("POST", "/api/check").header("Content-Type", "application/json");

        String body = "{\"checks\":[{\"user\":\"u\",\"permission\":\"p\"}]}";
        assertThat(client.send(checks.POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
        String large = "x".repeat(TestApi.CONFIG.maxBodyBytes() + 1);
        assertThat(client.send(checks.POST(BodyPublishers.ofString(large)).build(), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(413);
    }

    private HttpResponse<String> send(HttpClient client, String method, String path) throws Exception {
        return client.send(request(method, path).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String method, String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + api.listener.port() + path))
                .header("Authorization", "Bearer " + api.key)
                .method(method, BodyPublishers.noBody());
    }

    @Test
    void plainHttpIsAnsweredWithAnErrorAndClosed() throws Exception {
        try (RawClient client = api.raw()) {
            RawClient.Reply reply = client.request("GET /ping").reply();

            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.body()).contains("\"code\":400").contains("https://");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000\u0000", "\u0016\u0003\u0001\u0000\u0005hello", "\u0080.\u0001"})
    void whatIsNeitherTlsNorHttpIsClosed(String bytes) throws Exception {
        try (RawClient client = api.raw()) {
            assertThat(client.send(bytes).restUntilClosed()).doesNotContain("HTTP");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.1, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, false",
        "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, false",
        "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true",
        "TLSv1.3, TLS_AES_128_GCM_SHA256, true"
    })
    void onlyTls13AndForwardSecretAuthenticatedTls12AreAccepted(String protocol, String suite, boolean accepted)
            throws Exception {
        // Of this JVM's client; the server must refuse what the client may offer
        String disabled = java.security.Security.getProperty("jdk.tls.disabledAlgorithms");
        java.security.Security.setProperty("jdk.tls.disabledAlgorithms", "");
        try (SSLSocket socket = (SSLSocket)
                key.trusting().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), api.listener.port())) {
            socket.setEnabledProtocols(new String[] {protocol});
            socket.setEnabledCipherSuites(new String[] {suite});
            if (accepted) {
                socket.startHandshake();
                assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
            } else {
                assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
            }
        } finally {
            java.security.Security.setProperty("jdk.tls.disabledAlgorithms", disabled);
        }
    }

    @Test
    void renegotiationClosesTheConnection() throws Exception {
        try (SSLSocket socket = (SSLSocket)
                key.trusting().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), api.listener.port())) {
            socket.setSoTimeout(20_000);
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            String ping = "GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n";
            socket.getOutputStream().write(ping.getBytes(US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            socket.startHandshake();
            assertThatThrownBy(() -> {
                        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                        throw new EOFException();
                    })
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u0016\u0003\u0001"})
    void aHandshakeThatTakesTooLongIsClosed(String sent) throws Exception {
        HttpConfig impatient = config(key).with(draft -> draft.readTimeout = Duration.ofMillis(300));
        try (TestApi other = new TestApi(impatient);
                RawClient client = other.raw().send(sent)) {
            assertThat(client.restUntilClosed()).isEmpty();
        }
    }

    @Test
    void aReplacedKeystoreIsUsedByNewConnectionsAndADamagedOrExpiredOneIsNot() throws Exception {
        TestKeystore first = key.copy(directory.resolve("first.p12"));
        try (TestApi other = new TestApi(config(first));
                LogOf log = LogOf.logger(Keystore.class.getName())) {
            SSLContext trustsNext = next.trusting();
            assertThat(accepts(other, first.trusting())).isTrue();
            assertThat(accepts(other, trustsNext)).isFalse();

            Files.copy(next.file, first.file, StandardCopyOption.REPLACE_EXISTING);
            await().pollInterval(HANDSHAKE_INTERVAL).until(() -> accepts(other, trustsNext));

            AtomicReference<String> reason = new AtomicReference<>("invalid keystore");
            Files.write(first.file, Arrays.copyOf(Files.readAllBytes(next.file), 100));
            await().pollInterval(HANDSHAKE_INTERVAL)
                    .until(() -> accepts(other, trustsNext) && isRefused(log, reason.get()));
            reason.set("expired at 2");
            Files.copy(expired.file, first.file, StandardCopyOption.REPLACE_EXISTING);
            await().pollInterval(HANDSHAKE_INTERVAL)
                    .until(() -> accepts(other, trustsNext) && isRefused(log, reason.get()));
            assertThat(accepts(other, trustsNext)).isTrue();
        }
    }

    @Test
    void aReplacedKeystoreIsUsedWhenItsPasswordFollows() throws Exception {
        TestKeystore first = key.copy(directory.resolve("before.p12"));
        AtomicBoolean isWritten = new AtomicBoolean(true);
        Keystore keystore = Keystore.open(first.file, () -> {
            if (!isWritten.get()) {
                throw new IOException("no password yet");
            }
            return first.password();
        });
        SSLContext trustsFirst = first.trusting();
        SSLContext trustsNext = next.trusting();
        try (TestApi other = new TestApi(TestApi.CONFIG.withKeystore(keystore));
                LogOf log = LogOf.logger(Keystore.class.getName())) {
            isWritten.set(false);
            Files.copy(next.file, first.file, StandardCopyOption.REPLACE_EXISTING);
            await().pollInterval(HANDSHAKE_INTERVAL)
                    .until(() -> accepts(other, trustsFirst) && isRefused(log, "no password yet"));
            isWritten.set(true);
            await().pollInterval(HANDSHAKE_INTERVAL).until(() -> accepts(other, trustsNext));
        }
    }

    private static boolean isRefused(LogOf log, String reason) {
        return log.lines().stream().anyMatch(line -> line.contains("cannot be used") && line.contains(reason));
    }

    private static boolean accepts(TestApi api, SSLContext context) throws IOException {
        try (SSLSocket socket = (SSLSocket)
                context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), api.listener.port())) {
            socket.startHandshake();
            return true;
        } catch (SSLHandshakeException e) {
            return false;
        }
    }

    @Test
    void anExpiredCertificateIsRefusedWithItsDate() throws Exception {
        assertThatThrownBy(() -> Keystore.open(expired.file, expired::password))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expired at 2");
    }
}
