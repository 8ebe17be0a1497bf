package app.rodmena.auth.cli;

import app.rodmena.auth.AuthServer;
import app.rodmena.auth.ServerConfig;
import app.rodmena.auth.ServerConfig.Database;
import app.rodmena.auth.http.ListenerAddress;
import app.rodmena.auth.postgres.embedded.EmbeddedDatabase;
import app.rodmena.auth.settings.ResolvedSettings;
import app.rodmena.auth.settings.Setting;
import app.rodmena.auth.settings.SettingValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The text that the server prints at start: its configuration, its addresses and commands to try it. */
final class StartupBanner {
    private static final int NAME_WIDTH = Arrays.stream(Setting.values())
                    .mapToInt(setting -> setting.flag().length())
                    .max()
                    .orElseThrow()
            - 2;

    private static final int VALUE_WIDTH = 14;

    /** A line with the name of a setting, and the rest. */
    private static final String LINE = "  %-" + NAME_WIDTH + "s  %s\n";

    private StartupBanner() {}

    /** The name and version of the server, with its Java and the archive of classes that this Java uses. */
    static String version(String version) {
        return "auth %s on Java %s%s"
                .formatted(
                        version,
                        Runtime.version().feature(),
                        archive(System.getProperty("auth.archive", ""), System.getProperty("java.vm.info", "")));
    }

    /**
     * Whether the JVM uses an archive of {@code run.sh}.
     *
     * @param archive the archive that {@code run.sh} passed; empty without {@code run.sh}
     * @param vmInfo the JVM's property {@code java.vm.info}
     */
    static String archive(String archive, String vmInfo) {
        if (archive.isEmpty()) {
            return "";
        }
        if (archive.equals("none")) {
            return ", without an archive of classes: starts and warms up slowly; ./run.sh build makes one";
        }
        // HotSpot adds this word if it has mapped the archive that it was started with.
        return vmInfo.contains("sharing")
                ? ", with the " + archive
                : ", without the %s, which does not fit this JVM or its flags: starts and warms up slowly"
                        .formatted(archive);
    }

    /** The effective configuration, each value with its origin; no secrets. */
    static String configuration(String version, ResolvedSettings settings, ServerConfig config) {
        StringBuilder text = new StringBuilder(version(version)).append("\n");
        Set<Setting> silent = withoutMeaning(config.database());
        for (Setting.Group group : Setting.Group.values()) {
            text.append("\n").append(group.title()).append("\n");
            Arrays.stream(Setting.values())
                    .filter(setting -> setting.group() == group && !silent.contains(setting))
                    .forEach(setting -> text.append(row(setting, settings, config)));
        }
        return text.append("\nFiles\n").append(files(settings, config)).toString();
    }

    /** The absolute paths of the files and directories in use, and whether they exist. */
    private static String files(ResolvedSettings settings, ServerConfig config) {
        StringBuilder text = new StringBuilder();
        if (config.database() instanceof Database.Embedded own) {
            Path data = own.config().dataDir();
            text.append(file(Setting.DATA_DIR, data, EmbeddedDatabase.hasDataIn(data) ? "found" : "new"));
        } else {
            settings.find(Setting.DATABASE_PASSWORD_FILE)
                    .ifPresent(given -> text.append(file(Setting.DATABASE_PASSWORD_FILE, given.path(), "found")));
        }
        Path operators = settings.get(Setting.OPERATORS).path();
        boolean hasOperators = config.remote().operators().isPresent();
        String state = hasOperators ? "found" : "not found: every client may read, none may change";
        text.append(file(Setting.OPERATORS, operators, state));
        config.incidents()
                .directory()
                .ifPresent(directory -> text.append(
                        file(Setting.INCIDENTS_DIR, directory, Files.isDirectory(directory) ? "found" : "new")));
        return text.toString();
    }

    private static String file(Setting setting, Path path, String state) {
        return LINE.formatted(name(setting), path.toAbsolutePath().normalize() + "  " + state);
    }

    private static String name(Setting setting) {
        return setting.flag().substring(2);
    }

    /** The addresses of a started server's listeners, its database, and two commands to try it. */
    static String started(AuthServer server) {
        String scheme = server.hasTls() ? "https://" : "http://";
        return started(
                server.apiUrl(),
                server.database(),
                server.psql(),
                server.adminAddress().map(address -> scheme + ListenerAddress.forClient(address)),
                server.jolokiaAddress().map(address -> scheme + ListenerAddress.forClient(address) + "/jolokia"),
                server.jmxAddress().map(ListenerAddress::forClient));
    }

    static String started(
            String url,
            String database,
            Optional<String> psql,
            Optional<String> admin,
            Optional<String> jolokia,
            Optional<String> jmx) {
        // Any version 4 UUID is a key to a namespace of its own, so a random one works.
        UUID key = UUID.randomUUID();
        return """

                Listening  %s
                Admin      %s
                Jolokia    %s
                JMX        %s
                Database   %s
                %s
                Try it (any version 4 UUID is the key to a new namespace):

                  curl -X POST %s/api/role/admin \\
                       -H 'Authorization: Bearer %s'
                  curl %s/api/roles \\
                       -H 'Authorization: Bearer %s'

                """.formatted(
                        url,
                        admin.orElse("off"),
                        jolokia.orElse("off"),
                        jmx.map("%s    (for jconsole and VisualVM)"::formatted).orElse("off"),
                        database,
                        psql.map("           %s\n"::formatted).orElse(""),
                        url,
                        key,
                        url,
                        key);
    }

    private static String row(Setting setting, ResolvedSettings settings, ServerConfig config) {
        String name = name(setting);
        if (!settings.has(setting)) {
            return LINE.formatted(name, "-");
        }
        SettingValue given = settings.get(setting);
        String value = setting.isSecret() ? masked(setting, config.database()) : given.text();
        String margin = value.length() > VALUE_WIDTH ? "\n" + " ".repeat(NAME_WIDTH + VALUE_WIDTH + 4) : "";
        return LINE.formatted(name, ("%-" + VALUE_WIDTH + "s%s  %s").formatted(value, margin, given.origin()));
    }

    private static String masked(Setting setting, Database database) {
        return setting == Setting.DATABASE_URL && database instanceof Database.External external
                ? external.url().toString()
                : "****";
    }

    /** The settings without effect on the configured database. */
    private static Set<Setting> withoutMeaning(Database database) {
        return database instanceof Database.Embedded
                ? EnumSet.of(Setting.DATABASE_PASSWORD_FILE, Setting.DATABASE_PASSWORD_COMMAND)
                : EnumSet.of(Setting.DATA_DIR, Setting.EPHEMERAL);
    }
}
