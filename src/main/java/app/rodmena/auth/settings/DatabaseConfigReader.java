package app.rodmena.auth.settings;

import app.rodmena.auth.ServerConfig.Database;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.postgres.PasswordReader;
import app.rodmena.auth.postgres.PasswordSource;
import app.rodmena.auth.postgres.Secret;
import app.rodmena.auth.postgres.embedded.EmbeddedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads the database and its password from the settings, and refuses settings that exclude each other. */
public final class DatabaseConfigReader {
    private final ResolvedSettings settings;
    private final Secret ambientPassword;
    private final List<String> warnings = new ArrayList<>();

    /** Uses the password of PGPASSWORD if neither the URL nor a file has one, as libpq does. */
    public DatabaseConfigReader(ResolvedSettings settings, Secret ambientPassword) {
        this.settings = settings;
        this.ambientPassword = ambientPassword;
    }

    /** Reads the database; an invalid value, or settings that exclude each other, cause a {@link UsageException}. */
    public Database read() {
        return settings.has(Setting.DATABASE_URL) ? external() : embedded();
    }

    /** Warnings about valid but risky settings; complete after {@link #read()}. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    private Database external() {
        SettingValue given = settings.get(Setting.DATABASE_URL);
        if (isEphemeral()) {
            throw contradiction(Setting.EPHEMERAL, given, "is for this server's own PostgreSQL");
        }
        if (settings.isGiven(Setting.DATA_DIR)) {
            throw contradiction(Setting.DATA_DIR, given, "is for this server's own PostgreSQL");
        }
        DatabaseUrl url = parse(given);
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

    private static DatabaseUrl parse(SettingValue given) {
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
}
