package app.rodmena.auth.jmx.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.security.Keystore;
import app.rodmena.auth.security.Operators;
import app.rodmena.auth.security.RemoteConfig;
import app.rodmena.auth.testing.LogOf;
import app.rodmena.auth.testing.TestKeystore;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteTlsTest {
    @TempDir
    Path directory;

    @TempDir
    static Path keyDirectory;

    private static TestKeystore key;

    @BeforeAll
    static void makeKeystore() throws Exception {
        key = TestKeystore.make(keyDirectory);
    }

    @Test
    void jolokiaAcceptsTheHostNamesOfTheCertificate() throws Exception {
        RemoteConfig config = RemoteConfig.DEFAULT
                .withOperators(TestRemote.operators(directory))
                .withKeystore(Keystore.open(key.file, key::password));
        try (TestRemote remote = TestRemote.of(config)) {
            HttpClient client =
                    HttpClient.newBuilder().sslContext(key.trusting()).build();
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("https://localhost:%d/jolokia/version".formatted(remote.jolokiaPort())))
                    .header("Authorization", TestRemote.basic("bob", TestRemote.password("bob")))
                    .build();

            assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aReplacedKeystoreIsUsedByNewConnectionsAndAnInvalidOneIsNot() throws Exception {
        TestKeystore first = key.copy(directory.resolve("first.p12"));
        RemoteConfig config = RemoteConfig.DEFAULT
                .withOperators(TestRemote.operators(directory))
                .withKeystore(Keystore.open(first.file, first::password));
        try (TestRemote remote = TestRemote.of(config);
                LogOf log = LogOf.logger(Keystore.class.getName())) {
            assertThat(accepts(remote, first)).isTrue();
            TestKeystore next = TestKeystore.make(Files.createDirectory(directory.resolve("next")));
            assertThat(accepts(remote, next)).isFalse();

            Files.copy(next.file, first.file, StandardCopyOption.REPLACE_EXISTING);
            await().until(() -> accepts(remote, next));

            Files.write(first.file, Arrays.copyOf(Files.readAllBytes(next.file), 100));
            await().until(() -> {
                assertThat(accepts(remote, next)).isTrue();
                return log.lines().stream().anyMatch(line -> line.contains("cannot be used"));
            });
            assertThat(accepts(remote, next)).isTrue();
        }
    }

    private static boolean accepts(TestRemote remote, TestKeystore trusted) throws Exception {
        try (Socket socket = trusted.trusting().getSocketFactory().createSocket("127.0.0.1", remote.jolokiaPort())) {
            ((SSLSocket) socket).startHandshake();
            return true;
        } catch (SSLHandshakeException e) {
            return false;
        }
    }

    @Test
    void remoteJmxRequiresTls() throws Exception {
        RemoteConfig config = RemoteConfig.DEFAULT.withKeystore(Keystore.open(key.file, key::password));
        try (TestRemote remote = TestRemote.of(config)) {
            assertThatThrownBy(() -> remote.jmx(null)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anyAddressIsAllowedWithOperatorsAndTls() throws Exception {
        RemoteConfig config = new RemoteConfig(
                "0.0.0.0",
                OptionalInt.empty(),
                OptionalInt.of(0),
                OptionalInt.of(0),
                Optional.of(TestRemote.operators(directory)),
                Optional.of(Keystore.open(key.file, key::password)));
        try (Operators operatorLogins = config.openOperators();
                JolokiaAgent jolokia =
                        JolokiaAgent.start(config, operatorLogins).orElseThrow();
                RemoteJmx jmx = RemoteJmx.start(config, operatorLogins).orElseThrow()) {
            assertThat(jolokia.address().getAddress().isAnyLocalAddress()).isTrue();
            assertThat(jmx.address().getAddress().isAnyLocalAddress()).isTrue();
        }
    }

    @Test
    void onlyLoopbackIsAllowedWithoutOperatorsOrTls() throws Exception {
        OptionalInt any = OptionalInt.of(0);
        assertThatThrownBy(() -> new RemoteConfig("0.0.0.0", any, any, any, Optional.empty(), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
        var operators = Optional.of(TestRemote.operators(directory));
        assertThatThrownBy(() -> new RemoteConfig("0.0.0.0", any, any, any, operators, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anInvalidKeystoreIsRefused() {
        assertThatThrownBy(() -> Keystore.open(key.file, "wrong"::toCharArray))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("invalid keystore");
        assertThatThrownBy(() -> Keystore.open(directory.resolve("none"), key::password))
                .isInstanceOf(IOException.class);
    }
}
