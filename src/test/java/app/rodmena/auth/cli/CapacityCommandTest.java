package app.rodmena.auth.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.testing.TestPostgres;
import app.rodmena.auth.testing.TestProxy;
import app.rodmena.auth.testing.TestServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./run.sh capacity} as a process. */
class CapacityCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void eightWorkersFitADefaultPostgresql() {
        assertThat(run(Map.of(), "--workers", "8")).isZero();

        assertThat(out())
                .contains("at most 80 pooled connections", "FITS: 9 left")
                .isASCII();
        assertThat(out().lines()).allMatch(line -> line.length() <= 100).anyMatch(line -> line.matches(" *32 .*355.*"));
        assertThat(err()).isEmpty();
    }

    @Test
    void aPlanThatDoesNotFitExitsWithOneAndListsFixes() {
        assertThat(run(Map.of(), "--workers=16", "--profile=high-traffic", "--max-connections=200"))
                .isEqualTo(1);

        assertThat(out())
                .contains("DOES NOT FIT: 139 too many for max_connections", "9 processes of these fit")
                .contains("--pool-size 5 --max-overflow 6", "ALTER SYSTEM SET max_connections = 340;", "restart")
                .contains("pool_mode = transaction");
    }

    @Test
    void jsonHasTheNumbersOfTheText() throws Exception {
        run(Map.of("AUTH_WORKERS", "16"), "--format", "json", "--max-connections", "100");

        JsonNode plan = new ObjectMapper().readTree(out());
        assertThat(plan.get("fits").asBoolean()).isFalse();
        assertThat(plan.get("totalConnections").asInt()).isEqualTo(176);
        assertThat(plan.get("headroom").asInt()).isEqualTo(97 - 176);
        assertThat(plan.get("server").get("othersNow").isNull()).isTrue();
        assertThat(plan.get("scaling")).hasSize(4);
        assertThat(plan.get("changes").get(0).get("commands").get(0).asText()).startsWith("--pool-size");
    }

    @Test
    void markdownHasTables() {
        run(Map.of(), "--workers", "8", "--format", "markdown");

        assertThat(out()).contains("| workers | pooled | monitors | total |", "|---:|---:|", "| 8 | 80 | 8 | 88 |");
    }

    @Test
    void theLimitsAreReadFromAServer() {
        String url = TestPostgres.freshDatabase().jdbcUrl() + "?user=postgres";

        assertThat(run(Map.of("AUTH_DATABASE_URL", url), "--workers", "30")).isEqualTo(1);

        assertThat(out()).contains("220", "as PostgreSQL says").doesNotContain("not asked");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--workers 0|--workers: '0'; must be 1 to 10000",
                "--workers -8|--workers: '-8'; must be 1 to 10000",
                "--workers 99999999999|--workers: '99999999999'; must be a whole number",
                "--pool-size 0|--pool-size: '0'; must be 1 to 1000",
                "--max-overflow -1|--max-overflow: '-1'; must be 0 to 1000",
                "--max-connections 0|--max-connections: '0'; must be 1 to 262143",
                "--max-connections unlimited|--max-connections: 'unlimited'; must be 1 to 262143",
                "--profile huge|--profile: 'huge'; must be one of default, high-traffic, low-memory, development",
                "--format xml|--format: 'xml'; must be one of text, json, markdown",
                "--worker 8|--worker is not a flag of ./run.sh capacity; did you mean --workers?",
                "--workers|--workers needs a value; --help lists the options",
                "--from localhost|--from: 'localhost'; must be a URL such as http://127.0.0.1:4001",
                "--from http://127.0.0.1:1 --password-file x|--password-file must go with --user",
                "--simulate --check-model|--simulate and --check-model: one or the other",
                "--requests-per-second 9|--requests-per-second must go with --from: a running server measures how "
                        + "long its connections are used",
                "--from http://h --workers 8|--workers can't go with --from alone: use them with "
                        + "--requests-per-second",
                "--from http://h --pool-size 8|--pool-size can't go with --from alone: use them with "
                        + "--requests-per-second",
                "--from http://h --database-url postgresql://h/d|--database-url can't go with --from: the server "
                        + "has one",
                "--simulate --simulate-tenants|--simulate and --simulate-tenants: one or the other",
                "--simulate-tenants --workers 8|--workers can't go with --simulate-tenants: it simulates one pool",
                "--simulate --workers 8|--workers can't go with --simulate: it simulates 10, 100 and 1,000 workers",
                "--simulate --database-url postgresql://h/d|--database-url can't go with --simulate: it uses no database",
                "--check-model --workers 8|--workers can't go with --check-model: it measures one pool",
                "--from http://h --requests-per-second 0|--requests-per-second: '0'; must be 1 to 1000000000",
                "--max-connections 9 --database-url postgresql://h/d|--max-connections can't go with --database-url: "
                        + "a running PostgreSQL reports its own"
            })
    void anInvalidCommandLineIsOneLineAndExitCodeTwo(String words, String message) {
        assertThat(run(Map.of(), words.split(" ", -1))).isEqualTo(2);

        assertThat(err()).isEqualTo("auth: " + message + System.lineSeparator());
        assertThat(out()).isEmpty();
    }

    @Test
    void anUnreachableServerIsOneLineWithoutThePassword() throws Exception {
        try (TestProxy gone = new TestProxy(TestPostgres.sharedDatabase())) {
            gone.stop();
            String url = gone.target().jdbcUrl() + "?user=postgres&password=hunter2";

            assertThat(run(Map.of(), "--database-url", url)).isEqualTo(2);
        }
        assertThat(err()).hasLineCount(1).contains("can't be asked", "refused").doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody_of_that_name"})
    void aRefusedLoginIsOneLineAndExitCodeTwo(String user) {
        String url = TestPostgres.sharedDatabase().jdbcUrl() + "?user=" + user;

        assertThat(run(Map.of(), "--database-url", url)).isEqualTo(2);

        assertThat(err()).hasLineCount(1).contains("can't be asked", "role \"nobody_of_that_name\" does not exist");
    }

    @Test
    void theSimulationIsATable() {
        assertThat(run(Map.of("AUTH_CAPACITY_FORMAT", "markdown"), "--simulate"))
                .isZero();

        assertThat(out())
                .contains(
                        "10,000 requests/s",
                        "| 1,000 | direct | 11,000 |",
                        "| 1,000 | PgBouncer | 32 | 32 | 32 | 32 |");
    }

    @Test
    void theSimulationOfTenantsIsATable() {
        assertThat(run(Map.of("AUTH_CAPACITY_FORMAT", "markdown"), "--simulate-tenants"))
                .isZero();

        assertThat(out()).contains("| 0 | arrival |", "| 1,000 | arrival |", "| 1,000 | tenants in turns |");
    }

    @Test
    void aServerWithoutEnoughSamplesOrOutOfReachExitsWithTwo() throws Exception {
        try (TestServer server = TestServer.withAdmin()) {
            assertThat(run(Map.of(), "--from", server.admin())).isEqualTo(2);
            assertThat(err()).hasLineCount(1).contains("fewer than 100 connections were used in the last minute");
            assertThat(run(Map.of(), "--from", "http://127.0.0.1:1")).isEqualTo(2);
            assertThat(err()).hasLineCount(2).contains("http://127.0.0.1:1 can't be reached");
        }
    }

    @Test
    void aBusyServerAdvisesOnItsPoolAndOnOtherSizes() throws Exception {
        try (TestServer server = TestServer.withAdmin()) {
            for (int i = 0; i < 150; i++) {
                server.get("/api/roles");
            }
            assertThat(run(
                            Map.of(),
                            "--from",
                            server.admin(),
                            "--requests-per-second",
                            "1000000000",
                            "--workers",
                            "50"))
                    .isEqualTo(1);
        }
        assertThat(out().replaceAll("\\s+", " ")) // Where lines end depends on the numbers.
                .startsWith("The maximum is 10; at the load of the last minute (")
                .contains("10 saturate at", "expected", "measured")
                .contains("50 x 10 connections under 1,000,000,000 requests/s", "mean wait without end")
                .contains("for the 550 that may be", "they do not fit")
                .doesNotContain("batching");
    }

    @Test
    void helpNamesEveryFlag() {
        assertThat(run(Map.of(), "--help")).isZero();

        assertThat(out()).contains("--workers", "--max-connections", "--database-url", "--format", "Exit codes");
    }

    private int run(Map<String, String> environment, String... words) {
        String[] arguments = new String[words.length + 1];
        arguments[0] = "capacity";
        System.arraycopy(words, 0, arguments, 1, words.length);
        return new Main(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), new ProcessLifecycle())
                .run(arguments, environment);
    }

    private String out() {
        return out.toString(UTF_8);
    }

    private String err() {
        return err.toString(UTF_8);
    }
}
