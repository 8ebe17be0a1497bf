package app.rodmena.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.rodmena.auth.api.HttpConfig;
import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.testing.TestPostgres;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Locales that write other digits, and those whose encoding is ASCII. */
class LocaleTest {
    private static final Locale BEFORE = Locale.getDefault();

    @TempDir
    Path directory;

    @AfterEach
    void restore() {
        Locale.setDefault(BEFORE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ar-EG", "fa-IR", "mr-IN"})
    void numbersForPostgresShellsAndClientsHaveAsciiDigitsInEveryLocaleOfTheHost(String tag) throws Exception {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertThat(String.format("%d", 123)).as("digits of the locale").isNotEqualTo("123");
        ServerConfig config = ServerConfig.onDataIn(directory.resolve("data"))
                .withHttp(HttpConfig.DEFAULT.withAddress("127.0.0.1", 0));

        try (AuthServer server = AuthServer.start(config)) {
            assertThat(statusLine(server, "GET /api/roles HTTP/1.1\r\nHost: a b\r\n\r\n"))
                    .matches("HTTP/1\\.1 \\d{3} .*");
            assertThat(statusLine(server, "GET / HTTP/9.9\r\nHost: a\r\nx\r\n\r\n"))
                    .matches("HTTP/1\\.1 \\d{3} .*");
            assertThat(server.psql().orElseThrow()).matches("\\p{ASCII}+");
            await().until(() -> server.availability().ready());
            try (Connection connection = TestPostgres.connect(server.databaseTarget());
                    var statement = connection.createStatement();
                    var names = statement.executeQuery(
                            "select application_name from pg_stat_activity where application_name like 'auth/%+%'")) {
                assertThat(names.next()).isTrue();
                assertThat(names.getString(1)).matches("auth/[\\p{ASCII}&&\\S]+/5\\+5");
            }
        }
    }

    @Test
    void theProcessStartsWhereDigitsAreOthers() throws Exception {
        Map<String, String> arabic = new HashMap<>(AuthProcess.ALL_LISTENERS);
        arabic.put("JAVA_TOOL_OPTIONS", "-Duser.language=ar -Duser.country=EG");
        try (AuthProcess process =
                AuthProcess.start(directory, arabic, "--port=0", "--ephemeral").awaitStart()) {
            assertThat(process.out()).matches("\\p{ASCII}+");
        }
    }

    @Test
    void whatAnAsciiLocaleCannotReadIsRefusedRatherThanReadAsSomethingElse() throws Exception {
        Map<String, String> ascii = Map.of("LC_ALL", "C", "PGPASSWORD", "l\u00f6sung");
        try (AuthProcess password = AuthProcess.start(directory, ascii, "--database-url=postgresql://u@h/d")) {
            assertThat(password.awaitEnd()).isEqualTo(2);
            assertThat(password.err()).contains("PGPASSWORD", "LC_ALL=C.UTF-8").doesNotContain("sung");
        }
        Map<String, String> data = Map.of("LC_ALL", "C", "AUTH_DATA_DIR", "d\u00e4ta");
        try (AuthProcess path = AuthProcess.start(directory, data, "--port=0")) {
            assertThat(path.awaitEnd()).isEqualTo(2);
            assertThat(path.err()).contains("AUTH_DATA_DIR", "LC_ALL=C.UTF-8");
        }
        Path work = Files.createDirectory(directory.resolve("w\u00f6rk"));
        try (AuthProcess relative = AuthProcess.start(work, Map.of("LC_ALL", "C"), "--port=0")) {
            assertThat(relative.awaitEnd()).isEqualTo(2);
            assertThat(relative.err()).contains("working directory", "LC_ALL=C.UTF-8");
        }
    }

    private static String statusLine(AuthServer server, String request) throws Exception {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readNBytes(20), UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
        }
    }
}
