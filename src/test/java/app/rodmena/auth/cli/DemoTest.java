package app.rodmena.auth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.AuthProcess;
import app.rodmena.auth.tools.demo.DemoCommand.Scenario;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ./run.sh demo}: every one shows what it promises, and leaves nothing behind but a page. */
class DemoTest {
    @TempDir
    static Path directory;

    private static final Map<String, AuthProcess> DEMOS = new HashMap<>();

    /** All demos run at the same time, because they wait for most of it. */
    @BeforeAll
    static void start() throws Exception {
        for (Scenario scenario : Scenario.values()) {
            String name = scenario.wireName();
            Path temporary = Files.createDirectory(directory.resolve(name));
            DEMOS.put(
                    name,
                    AuthProcess.start(
                            directory, Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary), "demo", name));
        }
    }

    @AfterAll
    static void stop() {
        DEMOS.values().forEach(AuthProcess::close);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    lock                | LOCK_WAIT           | held by pid
                    slow                | SLOW_SQL            | roles.create was slow
                    leak                | LEAK                | LeakyApplication.waitForWorkThatNeverComes
                    idle-in-transaction | IDLE_IN_TRANSACTION | LeakyApplication.waitForPaymentService
                    kill                | DATABASE_DOWN       | is answered with 200
                    """)
    void everyDemoShowsItsVerdictAndItsIncident(String name, String verdict, String fact) throws Exception {
        AuthProcess demo = DEMOS.get(name);
        int code = demo.awaitEnd(Duration.ofMinutes(3)); // It takes ten seconds where nothing else runs.
        assertThat(code).as(demo.out() + demo.err()).isZero();
        assertThat(demo.out())
                .contains(verdict, fact, "\"incident\":\"", "The server is stopped and its data is deleted.");
        try (Stream<Path> left = Files.list(directory.resolve(name))) {
            assertThat(left.filter(file -> !file.getFileName().toString().startsWith("hsperf")))
                    .singleElement()
                    .satisfies(page -> assertThat(page).hasExtension("html"));
        }
    }

    @Test
    void whatThereIsIsSaidAndNothingElseIsTaken() throws Exception {
        try (AuthProcess demo = AuthProcess.start(directory, Map.of(), "demo", "lokc")) {
            assertThat(demo.awaitEnd()).isEqualTo(2);
            assertThat(demo.err()).contains("NAME: 'lokc'; must be one of lock, slow, leak, idle-in-transaction, kill");
        }
    }
}
