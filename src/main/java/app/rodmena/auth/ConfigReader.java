package app.rodmena.auth;

import app.rodmena.auth.http.HttpConfig;
import app.rodmena.auth.pool.InvalidPoolSetting;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.PrePing;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Turns settings, which are text, into what the rooms are configured with. Every error names what somebody wrote. */
final class ConfigReader {
    private static final Duration LONGEST_HTTP_WAIT = Duration.ofHours(1);

    private final Settings settings;

    ConfigReader(Settings settings) {
        this.settings = settings;
    }

    /** @throws UsageError for a value that can't be */
    ServerConfig read(ServerConfig.Database database) {
        Given instance = settings.get(Setting.INSTANCE);
        if (!instance.text().matches("[A-Za-z0-9_.-]{1,40}")) {
            throw instance.refuse("must be 1 to 40 of the characters A-Z a-z 0-9 _ . -");
        }
        return new ServerConfig(
                database,
                pool(),
                http(),
                new RemoteReader(settings).read(),
                instance.text(),
                settings.get(Setting.FAIL_FAST).yes());
    }

    private PoolSettings pool() {
        Given statementTimeout = settings.get(Setting.STATEMENT_TIMEOUT);
        if (duration(Setting.SOCKET_TIMEOUT).compareTo(statementTimeout.duration()) <= 0) {
            throw settings.get(Setting.SOCKET_TIMEOUT)
                    .refuse("must be longer than %s, which is %s"
                            .formatted(statementTimeout.name(), statementTimeout.text()));
        }
        try {
            return new PoolSettings(
                    integer(Setting.POOL_SIZE),
                    integer(Setting.MAX_OVERFLOW),
                    duration(Setting.POOL_TIMEOUT),
                    duration(Setting.POOL_RECYCLE),
                    prePing(),
                    duration(Setting.STATEMENT_TIMEOUT),
                    duration(Setting.CONNECT_TIMEOUT),
                    duration(Setting.SOCKET_TIMEOUT),
                    duration(Setting.LEAK_THRESHOLD),
                    integer(Setting.MAX_WAITING),
                    integer(Setting.WORKERS));
        } catch (InvalidPoolSetting e) {
            Setting setting = Setting.valueOf(e.setting().toUpperCase(Locale.ROOT));
            throw settings.get(setting).refuse(e.rule());
        }
    }

    private PrePing prePing() {
        List<String> words =
                Arrays.stream(PrePing.values()).map(ConfigReader::word).toList();
        Map<String, PrePing> meanings =
                Arrays.stream(PrePing.values()).collect(Collectors.toMap(ConfigReader::word, Function.identity()));
        return settings.get(Setting.PRE_PING).oneOf(meanings, words);
    }

    private static String word(PrePing when) {
        return when.name().toLowerCase(Locale.ROOT);
    }

    private HttpConfig http() {
        Given host = settings.get(Setting.HOST);
        if (!host.text().matches("[A-Za-z0-9._:%-]+")) {
            throw host.refuse("must be a name or an address");
        }
        return new HttpConfig(
                host.text(),
                settings.get(Setting.PORT).integer(0, 65_535),
                settings.get(Setting.MAX_HEADER_SIZE).size(1 << 10, 1 << 20),
                settings.get(Setting.MAX_BODY_SIZE).size(0, 64 << 20),
                settings.get(Setting.READ_TIMEOUT).duration(Duration.ofMillis(100), LONGEST_HTTP_WAIT),
                settings.get(Setting.IDLE_TIMEOUT).duration(Duration.ofMillis(100), LONGEST_HTTP_WAIT),
                corsOrigins(),
                settings.get(Setting.SHUTDOWN_GRACE).duration(Duration.ZERO, LONGEST_HTTP_WAIT));
    }

    private List<String> corsOrigins() {
        if (!settings.has(Setting.CORS_ORIGIN)) {
            return List.of();
        }
        Given given = settings.get(Setting.CORS_ORIGIN);
        try {
            return HttpConfig.DEFAULT.withCorsOrigins(given.list()).corsOrigins();
        } catch (IllegalArgumentException e) {
            throw given.refuse("must be * or an origin such as https://app.example, without a path");
        }
    }

    private int integer(Setting setting) {
        return settings.get(setting).integer();
    }

    private Duration duration(Setting setting) {
        return settings.get(setting).duration();
    }
}
