package app.rodmena.auth.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.ServerConfig.Database;
import app.rodmena.auth.cli.CommandLines;
import app.rodmena.auth.common.DurationFormat;
import app.rodmena.auth.database.ApplicationName;
import app.rodmena.auth.pool.PrePing;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.postgres.PasswordSource;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.postgres.embedded.EmbeddedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From the command line and the environment to the configuration. */
class ConfigurationTest {
    @TempDir
    Path directory;

    @Test
    void flagsReachTheConfiguration() {
        ServerConfig config = config(
                "--pool-size=7 --max-overflow=0 --pool-timeout=500ms --pre-ping=off --workers=3 --port=0"
                        + " --max-body-size=0 --cors-origin=https://a.example --cors-origin=https://b.example"
                        + " --instance=blue --fail-fast --data-dir=elsewhere",
                "");

        assertThat(config.pool().poolSize()).isEqualTo(7);
        assertThat(config.pool().maxOverflow()).isZero();
        assertThat(config.pool().poolTimeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.pool().prePing()).isEqualTo(PrePing.OFF);
        assertThat(config.pool().workers()).isEqualTo(3);
        assertThat(config.http().port()).isZero();
        assertThat(config.http().maxBodyBytes()).isZero();
        assertThat(config.http().corsOrigins()).containsExactly("https://a.example", "https://b.example");
        assertThat(config.instance()).isEqualTo("blue");
        assertThat(config.failFast()).isTrue();
        assertThat(config.database()).isEqualTo(new Database.Embedded(new EmbeddedConfig(Path.of("elsewhere"), false)));
    }

    @Test
    void batchingIsOnUnlessSwitchedOff() {
        assertThat(config("", "").pool().batchSlots()).isPositive();
        assertThat(config("--batch-slots=3", "").pool().batchSlots()).isEqualTo(3);
        assertThat(config("--batching=off --batch-slots=3", "").pool().batchSlots())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            emptyValue = "",
            nullValues = "-",
            value = {
                "''                                      | ''                                      | 5  | 5",
                "--profile=high-traffic                  | ''                                      | 10 | 10",
                "''                                      | AUTH_PROFILE=low-memory                 | 3  | 2",
                "--profile=development --pool-size=4     | ''                                      | 4  | 20",
                "--pool-size=4                           | AUTH_PROFILE=development                | 4  | 20",
                "''                                      | AUTH_PROFILE=development AUTH_POOL_SIZE=4 | 4 | 20",
                "''                                      | AUTH_POOL_SIZE=4                        | 4  | 5",
                "--profile=high-traffic                  | AUTH_POOL_SIZE=4                        | 10 | 10",
                "--profile=high-traffic --max-overflow=1 | AUTH_POOL_SIZE=4 AUTH_MAX_OVERFLOW=9    | 10 | 1",
                "--profile=high-traffic                  | AUTH_PROFILE=low-memory                 | 10 | 10",
            })
    void aSizeOverridesAProfileAndFlagsOverrideTheEnvironment(
            String flags, String variables, int poolSize, int maxOverflow) {
        ServerConfig config = config(flags, variables);

        assertThat(config.pool().poolSize()).isEqualTo(poolSize);
        assertThat(config.pool().maxOverflow()).isEqualTo(maxOverflow);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--pool-size=0          | | --pool-size: '0'; must be 1 to 1000",
                "\"\" | AUTH_POOL_SIZE=0  | AUTH_POOL_SIZE: '0'; must be 1 to 1000",
                "--pool-size=many       | | --pool-size: 'many'; must be a whole number",
                "--pool-size=-1         | | --pool-size: '-1'; must be 1 to 1000",
                "--pool-size=99999999999 | | --pool-size: '99999999999'; must be a whole number",
                "--max-overflow=-1      | | --max-overflow: '-1'; must be 0 to 1000",
                "--max-waiting=0        | | --max-waiting: '0'; must be 1 to 1000000",
                "--batch-slots=0        | | --batch-slots: '0'; must be 1 to 1000",
                "--batching=maybe       | | --batching: 'maybe'; must be one of on, off",
                "--workers=0            | | --workers: '0'; must be 1 to 10000",
                "--pool-timeout=30      | | --pool-timeout: '30'; must be a duration such as 500ms",
                "--pool-timeout=0s      | | --pool-timeout: '0s'; must be 1ms to 365d",
                "--pool-recycle=-1s     | | --pool-recycle: '-1s'; must be a duration",
                "--leak-threshold=0ms   | | --leak-threshold: '0ms'; must be 1ms",
                "--statement-timeout=2m | | --socket-timeout: '1m' (default); must be longer than --statement-timeout, which is 2m",
                "--leak-threshold=5m --reclaim-leaks-after=1m | | --reclaim-leaks-after: '1m'; must be longer than --leak-threshold, which is 5m",
                "--pre-ping=sometimes   | | --pre-ping: 'sometimes'; must be one of always, idle, off",
                "--profile=huge         | | --profile: 'huge'; must be one of default, high-traffic, low-memory, development",
                "\"\" | AUTH_PROFILE=huge | AUTH_PROFILE: 'huge'; must be one of",
                "--port=off             | | --port: 'off'; must be a whole number",
                "--port=65536           | | --port: '65536'; must be 0 to 65535",
                "--max-clients=0        | | --max-clients: '0'; must be 1 to 1000000",
                "--max-body-size=big    | | --max-body-size: 'big'; must be a size, in bytes or as 16k",
                "--max-body-size=9999m  | | --max-body-size: '9999m'; must be 0 to 64m",
                "--read-timeout=1ms     | | --read-timeout: '1ms'; must be 100ms to 1h",
                "--host=a/b             | | --host: 'a/b'; must be a name or an address",
                "--max-header-size=1    | | --max-header-size: '1'; must be 1k to 1m",
                "--max-body-size=1g     | | --max-body-size: '1g'; must be a size",
                "--drain=2h             | | --drain: '2h'; must be 0s to 1h",
                "--shutdown-grace=2h    | | --shutdown-grace: '2h'; must be 0s to 1h",
                "--cors-origin=a        | | --cors-origin: 'a'; must be * or an origin",
                "--ephemeral=yes        | | --ephemeral: 'yes'; must be one of true, false",
                "\"\" | AUTH_FAIL_FAST=1  | AUTH_FAIL_FAST: '1'; must be one of true, false",
                "--instance=a/b         | | --instance: 'a/b'; must be 1 to 40",
                "--pool-size=           | | --pool-size: ''; must not be empty",
                "\"\" | AUTH_DATABASE_URL= | AUTH_DATABASE_URL must not be empty",
                "--pool-siz=3           | | --pool-siz is not a flag of ./run.sh; did you mean --pool-size?",
                "--frobnicate           | | --frobnicate is not a flag of ./run.sh",
                "\"\" | AUTH_POOLSIZE=3   | AUTH_POOLSIZE is not an environment variable of this server; did you mean AUTH_POOL_SIZE?",
                "\"\" | AUTH_=3           | AUTH_ is not an environment variable",
                "--pool-size            | | --pool-size needs a value",
                "--pool-size --port     | | --pool-size needs a value",
                "--port=1 --port=2      | | --port is given 2 times",
                "serve                  | | unknown command or argument (not shown",
                "--database-password-command=f | | must go with --database-url",
                "--database-url=postgresql://u:p@h/d --database-password-command=f | | --database-password-command can't go with",
                "--database-url=postgresql://u@h/d --database-password-command=f --database-password-file=f | | would be a second",
                "--database-password-file=f | | --database-password-file: 'f'; must go with --database-url",
                "--ephemeral --database-url=postgresql://h/d | | --ephemeral can't go with --database-url",
                "--database-url=postgresql://h/d | AUTH_DATA_DIR=d | AUTH_DATA_DIR can't go with --database-url",
                "--database-url=postgresql://u:p@h/d --database-password-file=f | | --database-password-file can't go with",
                "--database-url=postgresql://u@h/d --database-password-file=/nowhere | | must be a file this process can read",
                "--database-url=mysql://h/d | | --database-url must be postgresql://",
            })
    void anInvalidSettingIsAOneLineErrorThatNamesIt(String flags, String variables, String message) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> config(flags, variables == null ? "" : variables))
                .withMessageContaining(message)
                .satisfies(error -> assertThat(error.getMessage()).hasLineCount(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--database-url=postgresql://u:hunter2@h:x/d",
                "--database-url=hunter2",
                "--database-urk=postgresql://u:hunter2@h/d",
                "postgresql://u:hunter2@h/d",
                "--database-url=postgresql://u:hunter2@h/d --ephemeral",
                "--database-url=postgresql://u:hunter2@h/d --database-password-file=f",
                "--database-url=postgresql://u:hunter2@h/d --database-url=postgresql://u:hunter2@h/d",
            })
    void noErrorShowsAPassword(String flags) {
        Throwable error = catchThrowable(() -> config(flags, ""));

        assertThat(error).isInstanceOf(UsageException.class).hasNoCause();
        assertThat(error.getMessage()).doesNotContain("hunter2");
    }

    @Test
    void anErrorIsOneLineForAnyValue() {
        Throwable error = catchThrowable(() -> settings(Map.of("AUTH_PROFILE", "a\nb\u001b[31m" + "c".repeat(500))));

        assertThat(error.getMessage()).hasLineCount(1).doesNotContain("\u001b").hasSizeLessThan(250);
    }

    @Test
    void thePasswordIsFromTheUrlThenTheFileThenTheEnvironment() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "from the file\n");
        String withFile = "--database-url=postgresql://u@h/d --database-password-file=" + file;

        assertThat(password("--database-url=postgresql://u:url@h/d", "environment"))
                .isEqualTo("url");
        assertThat(password(withFile, "environment")).isEqualTo("from password");
        assertThat(password("--database-url=postgresql://u@h/d --database-password-command=pass", "environment"))
                .isEqualTo("by pass");
        assertThat(password("--database-url=postgresql://u@h/d", "environment")).isEqualTo("environment");
        assertThat(password("--database-url=postgresql://u@h/d", "")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "two\nlines\n"})
    void aPasswordFileMustHoldOneLine(String content) throws IOException {
        Path file = Files.writeString(directory.resolve("password"), content);

        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() ->
                        password("--database-url=postgresql://u@h/d --database-password-file=" + file, "environment"))
                .withMessageContaining("must hold a password in one line")
                .withMessageNotContaining("two");
    }

    @Test
    void aPasswordFileReadableByOthersCausesAWarning() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "secret");
        ResolvedSettings settings = settings(
                Map.of("AUTH_DATABASE_URL", "postgresql://u@h/d", "AUTH_DATABASE_PASSWORD_FILE", file.toString()));

        assertThat(warnings(settings, file, "rw-r-----"))
                .singleElement()
                .asString()
                .contains("AUTH_DATABASE_PASSWORD_FILE", "rw-r-----");
        assertThat(warnings(settings, file, "rw-------")).isEmpty();
    }

    @Test
    void variablesOfKubernetesServicesAreIgnored() {
        Map<String, String> links = Map.of(
                "AUTH_SERVICE_HOST", "10.0.0.1",
                "AUTH_SERVICE_PORT_HTTP", "4000",
                "AUTH_PORT", "tcp://10.0.0.1:4000",
                "AUTH_PORT_4000_TCP_ADDR", "10.0.0.1",
                "AUTH_DB_PORT", "tcp://10.0.0.2:5432");
        Map<String, String> inKubernetes = new HashMap<>(links);
        inKubernetes.put("KUBERNETES_SERVICE_HOST", "10.0.0.254");
        inKubernetes.put("AUTH_POOL_SIZE", "8");

        ResolvedSettings settings = settings(inKubernetes);

        assertThat(settings.get(Setting.PORT).text()).isEqualTo("4000");
        assertThat(settings.get(Setting.POOL_SIZE).text()).isEqualTo("8");
        assertThatExceptionOfType(UsageException.class).isThrownBy(() -> settings(links));
    }

    @ParameterizedTest
    @CsvSource({
        "500ms, 500, 500ms",
        "30s, 30000, 30s",
        "90s, 90000, 90s",
        "60s, 60000, 1m",
        "5m, 300000, 5m",
        "3600s, 3600000, 1h",
        "1h, 3600000, 1h",
        "7d, 604800000, 7d",
        "0s, 0, 0s"
    })
    void durationsAreParsedAndFormatted(String text, long millis, String written) {
        Duration duration = DurationFormat.parse(text).orElseThrow();

        assertThat(duration).isEqualTo(Duration.ofMillis(millis));
        assertThat(DurationFormat.of(duration)).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource({
        "db7.example.org, 42, db7-42",
        "a b/c, 42, a-b-c-42",
        "host-with-a-name-that-goes-on-and-on-and-on, 4194304, host-with-a-name-that-goes-on-an-4194304"
    })
    void theInstanceNameIsHostAndPid(String host, long pid, String name) {
        assertThat(ApplicationName.instanceOf(host, pid)).isEqualTo(name).hasSizeLessThanOrEqualTo(40);
    }

    private List<String> warnings(ResolvedSettings settings, Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        ServerConfigReader choice = new ServerConfigReader(settings);
        choice.database(Secret.NONE);
        return choice.warnings();
    }

    private static String password(String flags, String ambient) {
        ResolvedSettings settings = settings(flags, Map.of());
        Database database = new ServerConfigReader(settings).database(Secret.of(ambient));
        DatabaseUrl url = ((Database.External) database).url();
        return url.passwordSource()
                .map(source -> source instanceof PasswordSource.File file
                        ? "from " + file.path().getFileName()
                        : "by " + ((PasswordSource.Command) source).command())
                .orElseGet(() -> url.password().reveal());
    }

    private static ServerConfig config(String flags, String variables) {
        Map<String, String> environment = Arrays.stream(variables.split(" "))
                .filter(pair -> !pair.isEmpty())
                .collect(Collectors.toMap(pair -> pair.split("=", 2)[0], pair -> pair.split("=", 2)[1]));
        ResolvedSettings settings = settings(flags, environment);
        return new ServerConfigReader(settings).read(Secret.NONE);
    }

    private static ResolvedSettings settings(Map<String, String> environment) {
        return settings("", environment);
    }

    private static ResolvedSettings settings(String flags, Map<String, String> environment) {
        String[] arguments = flags.isEmpty() ? new String[0] : flags.split(" ");
        return CommandLines.settings(environment, arguments);
    }
}
