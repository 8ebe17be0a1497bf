package app.rodmena.auth;

import app.rodmena.auth.ServerConfig.Database;
import app.rodmena.auth.diagnosis.Commands;
import app.rodmena.auth.embedded.EmbeddedDatabase;
import app.rodmena.auth.postgres.DatabaseUrl;
import app.rodmena.auth.remote.RemoteAccess;
import java.util.Optional;
import java.util.regex.Pattern;

/** Builds the commands for an operator to access the server's database and its MBeans. */
final class ShellCommands {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.:/@+-]+");

    private ShellCommands() {}

    /** @param remote empty until the remote listeners are started */
    static Commands of(ServerConfig config, Optional<EmbeddedDatabase> embedded, Optional<RemoteAccess> remote) {
        String psql = embedded.map(EmbeddedDatabase::psqlCommand)
                .orElseGet(() -> config.database() instanceof Database.External external
                        ? psql(external.url())
                        : Commands.DEFAULT.psql());
        String scheme = config.remote().keystore().isPresent() ? "https" : "http";
        String jolokia = remote.flatMap(RemoteAccess::jolokia)
                .map(address -> scheme + "://" + StartupBanner.hostAndPort(address) + "/jolokia")
                .orElse(""); // Not the default port: another server may have it.
        return new Commands(psql, jolokia);
    }

    private static String psql(DatabaseUrl url) {
        DatabaseUrl.Host host = url.hosts().get(0);
        return "psql -h %s -p %s -U %s -d %s"
                .formatted(
                        quoted(host.name().replaceAll("[\\[\\]]", "")),
                        host.port(),
                        quoted(url.user()),
                        quoted(url.database()));
    }

    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
