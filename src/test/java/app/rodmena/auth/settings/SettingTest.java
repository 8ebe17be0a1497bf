package app.rodmena.auth.settings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.api.HttpConfig;
import app.rodmena.auth.cli.CommandLines;
import app.rodmena.auth.cli.Main;
import app.rodmena.auth.cli.ProcessLifecycle;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.postgres.embedded.EmbeddedConfig;
import app.rodmena.auth.security.RemoteConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SettingTest {
    /** One value each, none of them a default. */
    private static final Map<Setting, String> VALUES = Map.ofEntries(
            Map.entry(Setting.HOST, "0.0.0.0"),
            Map.entry(Setting.PORT, "0"),
            Map.entry(Setting.MAX_CLIENTS, "100"),
            Map.entry(Setting.MAX_HEADER_SIZE, "8k"),
            Map.entry(Setting.MAX_BODY_SIZE, "1m"),
            Map.entry(Setting.READ_TIMEOUT, "3s"),
            Map.entry(Setting.IDLE_TIMEOUT, "3m"),
            Map.entry(Setting.ALLOW_HALF_CLOSE, "true"),
            Map.entry(Setting.CORS_ORIGIN, "https://a.example,https://b.example"),
            Map.entry(Setting.SHUTDOWN_GRACE, "5s"),
            Map.entry(Setting.DRAIN, "10s"),
            Map.entry(Setting.DATABASE_URL, "postgresql://u@h/d"),
            Map.entry(Setting.DATABASE_PASSWORD_FILE, "/run/secrets/password"),
            Map.entry(Setting.DATABASE_PASSWORD_COMMAND, "vault read -field=password database/auth"),
            Map.entry(Setting.DATA_DIR, "/var/lib/auth"),
            Map.entry(Setting.EPHEMERAL, "true"),
            Map.entry(Setting.FAIL_FAST, "true"),
            Map.entry(Setting.PROFILE, "low-memory"),
            Map.entry(Setting.POOL_SIZE, "7"),
            Map.entry(Setting.MAX_OVERFLOW, "0"),
            Map.entry(Setting.POOL_TIMEOUT, "500ms"),
            Map.entry(Setting.POOL_RECYCLE, "2h"),
            Map.entry(Setting.PRE_PING, "always"),
            Map.entry(Setting.STATEMENT_TIMEOUT, "5s"),
            Map.entry(Setting.CONNECT_TIMEOUT, "2s"),
            Map.entry(Setting.SOCKET_TIMEOUT, "90s"),
            Map.entry(Setting.LEAK_THRESHOLD, "5m"),
            Map.entry(Setting.RECLAIM_LEAKS_AFTER, "10m"),
            Map.entry(Setting.SLOW_STATEMENT, "2s"),
            Map.entry(Setting.MAX_WAITING, "10"),
            Map.entry(Setting.BATCHING, "off"),
            Map.entry(Setting.BATCH_SLOTS, "3"),
            Map.entry(Setting.WORKERS, "4"),
            Map.entry(Setting.BUDGET, "refuse"),
            Map.entry(Setting.WAIT_TARGET, "50ms"),
            Map.entry(Setting.SHED, "on"),
            Map.entry(Setting.SLOW_QUERY, "3s"),
            Map.entry(Setting.DIAGNOSIS_INTERVAL, "10s"),
            Map.entry(Setting.INCIDENT_WAIT, "2s"),
            Map.entry(Setting.INCIDENTS_DIR, "/var/lib/auth/incidents"),
            Map.entry(Setting.INCIDENT_RECORDING, "true"),
            Map.entry(Setting.ALLOW_TERMINATE_OTHERS, "true"),
            Map.entry(Setting.ADMIN_HOST, "0.0.0.0"),
            Map.entry(Setting.ADMIN_PORT, "0"),
            Map.entry(Setting.JOLOKIA_PORT, "off"),
            Map.entry(Setting.JMX_PORT, "0"),
            Map.entry(Setting.OPERATORS, "/etc/auth/operators"),
            Map.entry(Setting.KEYSTORE, "/etc/auth/key.p12"),
            Map.entry(Setting.KEYSTORE_PASSWORD_FILE, "/run/secrets/keystore"),
            Map.entry(Setting.CHANGES_KEPT, "7d"),
            Map.entry(Setting.API_KEYSTORE, "/etc/auth/api.p12"),
            Map.entry(Setting.API_KEYSTORE_PASSWORD_FILE, "/run/secrets/api-keystore"),
            Map.entry(Setting.ALLOW_PLAIN_HTTP, "true"),
            Map.entry(Setting.INSTANCE, "blue-1"),
            Map.entry(Setting.LOG_LEVEL, "auth.database=DEBUG"));

    @ParameterizedTest
    @EnumSource
    void everySettingHasAFlagThatOverridesItsVariable(Setting setting) {
        String value = VALUES.get(setting);
        SettingValue byFlag = CommandLines.settings(
                        Map.of(setting.variable(), setting.fallback().orElse("x")), setting.flag(), value)
                .get(setting);
        SettingValue byVariable =
                CommandLines.settings(Map.of(setting.variable(), value)).get(setting);

        assertThat(byFlag.text()).isEqualTo(value);
        assertThat(byFlag.origin()).isEqualTo(setting.flag());
        assertThat(byVariable.text()).isEqualTo(value);
        assertThat(byVariable.origin()).isEqualTo(setting.variable());
    }

    @ParameterizedTest
    @EnumSource
    void helpListsEverySettingAndItsDefault(Setting setting) {
        String help = help();
        String whole = help.replaceAll("\\s+", " ");

        assertThat(help).contains(" " + setting.flag());
        assertThat(whole).contains(setting.meaning().replaceAll("\\s+", " ").substring(0, 12));
        setting.fallback().ifPresent(text -> assertThat(whole).contains("(" + text + ")"));
    }

    private static String help() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, UTF_8);
        new Main(stream, stream, new ProcessLifecycle()).run(new String[] {"--help"}, Map.of());
        return out.toString(UTF_8);
    }

    @Test
    void helpFitsATerminal() {
        assertThat(help().lines()).allMatch(line -> line.length() <= 100);
        assertThat(help()).isASCII();
    }

    @Test
    void theVariableHasTheNameOfTheFlag() {
        assertThat(Setting.MAX_OVERFLOW.flag()).isEqualTo("--max-overflow");
        assertThat(Setting.MAX_OVERFLOW.variable()).isEqualTo("AUTH_MAX_OVERFLOW");
    }

    @ParameterizedTest
    @CsvSource({
        "POOL_SIZE, 5",
        "MAX_OVERFLOW, 5",
        "POOL_TIMEOUT, 30s",
        "POOL_RECYCLE, 1h",
        "PRE_PING, idle",
        "STATEMENT_TIMEOUT, 30s",
        "CONNECT_TIMEOUT, 10s",
        "SOCKET_TIMEOUT, 1m",
        "LEAK_THRESHOLD, 1m",
        "MAX_WAITING, 1000",
        "WORKERS, 1",
        "PROFILE, default",
        "HOST, 127.0.0.1",
        "PORT, 4000",
        "SHUTDOWN_GRACE, 30s",
        "DRAIN, 0s",
        "ADMIN_HOST, 127.0.0.1",
        "ADMIN_PORT, 4001",
        "JOLOKIA_PORT, 8778",
        "JMX_PORT, 9010",
        "OPERATORS, ./operators",
        "DATA_DIR, ./data",
        "EPHEMERAL, false",
        "FAIL_FAST, false"
    })
    void theDefaultsAreStable(Setting setting, String value) {
        assertThat(setting.fallback()).contains(value);
    }

    @Test
    void withoutSettingsTheConfigurationIsTheDefault() {
        ResolvedSettings settings = ResolvedSettings.of(List.of(), List.of());
        ServerConfig config = new ServerConfigReader(settings).read(Secret.NONE);

        assertThat(config.pool()).isEqualTo(PoolSettings.DEFAULT);
        assertThat(config.http()).isEqualTo(HttpConfig.DEFAULT);
        assertThat(config.database())
                .isEqualTo(new ServerConfig.Database.Embedded(new EmbeddedConfig(Path.of("./data"), false)));
        assertThat(config.remote()).isEqualTo(RemoteConfig.DEFAULT);
        assertThat(config.failFast()).isFalse();
    }
}
