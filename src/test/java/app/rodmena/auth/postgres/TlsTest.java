package app.rodmena.auth.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with TLS, which is required of every host that is not loopback. */
class TlsTest {
    private static final SessionOptions SESSION = new SessionOptions(
            "tls-test", Optional.empty(), Duration.ofSeconds(5), Optional.of(Duration.ofSeconds(30)));

    @TempDir
    Path directory;

    @Test
    void requiredTlsIsUsedAndTheBackendHasEndedWhenCloseReturns() throws Exception {
        writeCertificate();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                        .setServerConfig("ssl", "on")
                        .setServerConfig(
                                "ssl_cert_file", directory.resolve("server.crt").toString())
                        .setServerConfig(
                                "ssl_key_file", directory.resolve("server.key").toString())
                        .start();
                Connection outside = DriverManager.getConnection(postgres.getJdbcUrl("postgres", "postgres"))) {
            Connector connector = new Connector(DatabaseUrl.parse(
                            "postgresql://postgres@127.0.0.1:%d/postgres?sslmode=require".formatted(postgres.getPort()))
                    .target());
            for (int i = 0; i < 20; i++) {
                try (Connection connection = connector.open(SESSION)) {
                    assertThat(count(outside, "pg_stat_ssl join pg_stat_activity using (pid) where ssl and"))
                            .isEqualTo(1);
                    assertThat(connection.isValid(5)).isTrue();
                }
                assertThat(count(outside, "pg_stat_activity where")).isZero();
            }
        }
    }

    private static int count(Connection outside, String from) throws Exception {
        try (var statement = outside.createStatement();
                var result =
                        statement.executeQuery("select count(*) from " + from + " application_name = 'tls-test'")) {
            result.next();
            return result.getInt(1);
        }
    }

    /** Creates key and certificate with keytool, as PEM; PostgreSQL requires that only the owner can read the key. */
    private void writeCertificate() throws Exception {
        Path store = directory.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(keytool.waitFor())
                .as(new String(keytool.getInputStream().readAllBytes(), UTF_8))
                .isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        Path key = directory.resolve("server.key");
        Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                key,
                pem(
                        "PRIVATE KEY",
                        keys.getKey("server", "changeit".toCharArray()).getEncoded()));
        Files.writeString(
                directory.resolve("server.crt"),
                pem("CERTIFICATE", keys.getCertificate("server").getEncoded()));
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(type, Base64.getMimeEncoder().encodeToString(content), type);
    }
}
