package app.rodmena.auth.settings;

import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.ServerConfig.Database;
import app.rodmena.auth.api.HttpConfig;
import app.rodmena.auth.capacity.BudgetPolicy;
import app.rodmena.auth.capacity.CapacityConfig;
import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.diagnosis.DiagnosisConfig;
import app.rodmena.auth.diagnosis.incident.IncidentsConfig;
import app.rodmena.auth.pool.PoolSettings;
import app.rodmena.auth.pool.PrePing;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.postgres.PasswordReader;
import app.rodmena.auth.postgres.PasswordSource;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.postgres.embedded.EmbeddedConfig;
import app.rodmena.auth.security.Keystore;
import app.rodmena.auth.security.OperatorsException;
import app.rodmena.auth.security.OperatorsFile;
import app.rodmena.auth.security.RemoteConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Converts settings, which are text, into the packages' configurations. Refuses settings that exclude each other. Every
 * error names the flag or the variable.
 */
public final class ServerConfigReader {
    private static final int MAX_PORT = 65_535;

    private final ResolvedSettings settings;
    private final List<String> warnings = new ArrayList<>();

    public ServerConfigReader(ResolvedSettings settings) {
        this.settings = settings;
    }

    /**
     * Reads all settings, with the password as in {@link #database}; an invalid value causes a {@link UsageException}.
     */
    public ServerConfig read(Secret ambientPassword) {
        Database database = database(ambientPassword);
        try {
            return new ServerConfig(
                    database,
                    pool(),
                    capacity(),
                    http(),
                    remote(),
                    diagnosis(),
                    incidents(),
                    settings.get(Setting.INSTANCE).text(),
                    settings.get(Setting.FAIL_FAST).bool());
        } catch (InvalidSettingException e) {
            throw refused(e);
        }
    }

    /** Reads the pool's settings; an invalid value causes a {@link UsageException}. */
    public PoolSettings pool() {
        requireLonger(settings.get(Setting.SOCKET_TIMEOUT), Setting.STATEMENT_TIMEOUT);
        settings.get(Setting.RECLAIM_LEAKS_AFTER)
                .unlessOff()
                .ifPresent(after -> requireLonger(after, Setting.LEAK_THRESHOLD));
        try {
            return new PoolSettings(
                    integer(Setting.POOL_SIZE),
                    integer(Setting.MAX_OVERFLOW),
                    duration(Setting.POOL_TIMEOUT),
                    duration(Setting.POOL_RECYCLE),
                    settings.get(Setting.PRE_PING).oneOf(PrePing.class),
                    duration(Setting.STATEMENT_TIMEOUT),
                    duration(Setting.CONNECT_TIMEOUT),
                    duration(Setting.SOCKET_TIMEOUT),
                    duration(Setting.LEAK_THRESHOLD),
                    settings.get(Setting.RECLAIM_LEAKS_AFTER).unlessOff().map(SettingValue::duration),
                    duration(Setting.SLOW_STATEMENT),
                    integer(Setting.MAX_WAITING),
                    integer(Setting.WORKERS),
                    batchSlots(),
                    isOn(Setting.SHED) ? Optional.of(duration(Setting.WAIT_TARGET)) : Optional.empty());
        } catch (InvalidSettingException e) {
            throw refused(e);
        }
    }

    private void requireLonger(SettingValue value, Setting than) {
        SettingValue limit = settings.get(than);
        if (value.duration().compareTo(limit.duration()) <= 0) {
            throw value.refuse("must be longer than %s, which is %s".formatted(limit.name(), limit.text()));
        }
    }

    /**
     * Reads the database; an invalid value causes a {@link UsageException}.
     *
     * @param ambientPassword the password of PGPASSWORD, used if neither the URL nor a file has one, as libpq does
     */
    public Database database(Secret ambientPassword) {
        return settings.has(Setting.DATABASE_URL) ? external(ambientPassword) : embedded();
    }

    /** Warnings about valid but risky settings; complete after {@link #read}. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    private Database external(Secret ambientPassword) {
        SettingValue given = settings.get(Setting.DATABASE_URL);
        if (isEphemeral()) {
            throw contradiction(Setting.EPHEMERAL, given, "is for this server's own PostgreSQL");
        }
        if (!settings.get(Setting.DATA_DIR).isDefault()) {
            throw contradiction(Setting.DATA_DIR, given, "is for this server's own PostgreSQL");
        }
        DatabaseUrl url = databaseUrl(given);
        boolean hasCommand = settings.has(Setting.DATABASE_PASSWORD_COMMAND);
        if (!hasCommand && !settings.has(Setting.DATABASE_PASSWORD_FILE)) {
            return new Database.External(url.password().isPresent() ? url : url.withPassword(ambientPassword));
        }
        if (url.password().isPresent()) {
            Setting second = hasCommand ? Setting.DATABASE_PASSWORD_COMMAND : Setting.DATABASE_PASSWORD_FILE;
            throw contradiction(second, given, "would be a second password: the URL has one");
        }
        if (hasCommand) {
            if (settings.has(Setting.DATABASE_PASSWORD_FILE)) {
                throw contradiction(
                        Setting.DATABASE_PASSWORD_COMMAND,
                        settings.get(Setting.DATABASE_PASSWORD_FILE),
                        "would be a second password");
            }
            String command = settings.get(Setting.DATABASE_PASSWORD_COMMAND).text();
            return new Database.External(url.withPasswordFrom(new PasswordSource.Command(command)));
        }
        return new Database.External(url.withPasswordFile(passwordFile(settings.get(Setting.DATABASE_PASSWORD_FILE))));
    }

    private Database embedded() {
        for (Setting setting : List.of(Setting.DATABASE_PASSWORD_FILE, Setting.DATABASE_PASSWORD_COMMAND)) {
            if (settings.has(setting)) {
                throw settings.get(setting).refuse("must go with --database-url");
            }
        }
        return new Database.Embedded(
                new EmbeddedConfig(settings.get(Setting.DATA_DIR).path(), isEphemeral()));
    }

    private boolean isEphemeral() {
        return settings.get(Setting.EPHEMERAL).bool();
    }

    private static DatabaseUrl databaseUrl(SettingValue given) {
        try {
            return DatabaseUrl.parse(given.text());
        } catch (IllegalArgumentException e) {
            throw given.refuse(e.getMessage());
        }
    }

    private UsageException contradiction(Setting setting, SettingValue other, String why) {
        return new UsageException(
                "%s can't go with %s: it %s".formatted(settings.get(setting).name(), other.name(), why));
    }

    /** Reads the file once, so that an invalid file ends the start; later, each login reads it again. */
    private Path passwordFile(SettingValue given) {
        Path file = given.path();
        try {
            PasswordReader.read(file);
            warnIfOthersCanRead(given, file);
            return file;
        } catch (IllegalArgumentException e) {
            throw given.refuse(e.getMessage());
        } catch (IOException e) {
            throw given.refuse("must be a file this process can read, in UTF-8");
        }
    }

    /** Warns only: secrets mounted by Docker and Kubernetes are readable by all users of the container. */
    private void warnIfOthersCanRead(SettingValue given, Path file) throws IOException {
        if (!Files.getFileStore(file).supportsFileAttributeView("posix")) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.GROUP_READ)
                || permissions.contains(PosixFilePermission.OTHERS_READ)) {
            warnings.add("%s: '%s' can be read by others (%s); restrict it with chmod 600"
                    .formatted(given.name(), file, PosixFilePermissions.toString(permissions)));
        }
    }

    private DiagnosisConfig diagnosis() {
        return new DiagnosisConfig(duration(Setting.DIAGNOSIS_INTERVAL), duration(Setting.SLOW_QUERY));
    }

    private IncidentsConfig incidents() {
        return new IncidentsConfig(
                settings.get(Setting.INCIDENTS_DIR).unlessOff().map(SettingValue::path),
                duration(Setting.INCIDENT_WAIT),
                settings.get(Setting.ALLOW_TERMINATE_OTHERS).bool(),
                settings.get(Setting.INCIDENT_RECORDING).bool());
    }

    private CapacityConfig capacity() {
        return new CapacityConfig(
                settings.get(Setting.BUDGET).oneOf(BudgetPolicy.class), duration(Setting.WAIT_TARGET));
    }

    private int batchSlots() {
        int slots = settings.get(Setting.BATCH_SLOTS).integer(1, PoolSettings.MAX_CONNECTIONS);
        return isOn(Setting.BATCHING) ? slots : 0;
    }

    private HttpConfig http() {
        return new HttpConfig(
                settings.get(Setting.HOST).text(),
                integer(Setting.PORT),
                integer(Setting.MAX_CLIENTS),
                settings.get(Setting.MAX_HEADER_SIZE).size(),
                settings.get(Setting.MAX_BODY_SIZE).size(),
                duration(Setting.READ_TIMEOUT),
                duration(Setting.IDLE_TIMEOUT),
                settings.find(Setting.CORS_ORIGIN).map(SettingValue::list).orElse(List.of()),
                duration(Setting.SHUTDOWN_GRACE),
                duration(Setting.DRAIN),
                duration(Setting.CHANGES_KEPT),
                settings.get(Setting.ALLOW_HALF_CLOSE).bool(),
                keystore(Setting.API_KEYSTORE, Setting.API_KEYSTORE_PASSWORD_FILE),
                settings.get(Setting.ALLOW_PLAIN_HTTP).bool());
    }

    private RemoteConfig remote() {
        return new RemoteConfig(
                settings.get(Setting.ADMIN_HOST).text(),
                port(Setting.ADMIN_PORT),
                port(Setting.JOLOKIA_PORT),
                port(Setting.JMX_PORT),
                operators(),
                keystore(Setting.KEYSTORE, Setting.KEYSTORE_PASSWORD_FILE));
    }

    private OptionalInt port(Setting setting) {
        return settings.get(setting).unlessOff().stream()
                .mapToInt(port -> port.integer(0, MAX_PORT))
                .findFirst();
    }

    /** Reads the operators file. A configured file must exist; the default file may be absent. */
    private Optional<OperatorsFile> operators() {
        SettingValue given = settings.get(Setting.OPERATORS);
        OperatorsFile file = new OperatorsFile(given.path());
        if (given.isDefault() && !file.exists()) {
            return Optional.empty();
        }
        try {
            file.check();
            return Optional.of(file);
        } catch (OperatorsException e) {
            throw new UsageException(given.name() + ": " + e.getMessage());
        }
    }

    /** Opens the keystore that two settings describe; empty if neither has a value. */
    private Optional<Keystore> keystore(Setting file, Setting passwordFile) {
        Optional<SettingValue> keystore = settings.find(file);
        Optional<SettingValue> password = settings.find(passwordFile);
        if (keystore.isEmpty()) {
            password.ifPresent(given -> {
                throw given.refuse("must go with " + file.flag());
            });
            return Optional.empty();
        }
        if (password.isEmpty()) {
            throw keystore.get().refuse("must go with " + passwordFile.flag());
        }
        try {
            password(password.get());
        } catch (IOException e) {
            throw password.get().refuse("must be a file this process can read, in UTF-8");
        }
        try {
            return Optional.of(Keystore.open(keystore.get().path(), () -> password(password.get())));
        } catch (IOException e) {
            throw keystore.get().refuse(e.getMessage());
        }
    }

    private static char[] password(SettingValue given) throws IOException {
        return Files.readString(given.path()).replaceFirst("\\r?\\n$", "").toCharArray();
    }

    /** Names the flag or the variable of the setting that a package's exception names. */
    private UsageException refused(InvalidSettingException e) {
        return settings.get(Setting.valueOf(e.setting().toUpperCase(Locale.ROOT)))
                .refuse(e.rule());
    }

    private boolean isOn(Setting setting) {
        return settings.get(setting).bool("on", "off");
    }

    private int integer(Setting setting) {
        return settings.get(setting).integer();
    }

    private Duration duration(Setting setting) {
        return settings.get(setting).duration();
    }
}
