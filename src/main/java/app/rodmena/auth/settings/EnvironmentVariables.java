package app.rodmena.auth.settings;

import app.rodmena.auth.postgres.Secret;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads the environment variables that start with {@code AUTH_}, and refuses unknown ones as mistakes. */
public record EnvironmentVariables(Map<String, String> variables) {
    /** The prefix of the variables of all settings. */
    public static final String PREFIX = "AUTH_";

    /** The prefixes of the variables for the flags of the commands load and capacity. */
    public static final String LOAD_PREFIX = "AUTH_LOAD_";

    public static final String CAPACITY_PREFIX = "AUTH_CAPACITY_";

    /**
     * Kubernetes passes the addresses of the services in the namespace to every container. For a service called
     * {@code auth} or {@code auth-db} these variables have this server's prefix. No operator set them, so they are
     * ignored without an error.
     */
    private static final Pattern SERVICE_LINK =
            Pattern.compile("AUTH_(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT_\\d+_(TCP|UDP|SCTP)(_\\w+)?)");

    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

    public static Map<String, String> ofThisProcess() {
        return System.getenv();
    }

    /** The settings given as variables; an unknown one causes a {@link UsageException}. */
    public Collection<SettingValue> settings() {
        Map<Setting, SettingValue> given = new EnumMap<>(Setting.class);
        // Sorted, so that the same one of several mistakes is always reported.
        new TreeMap<>(variables).forEach((name, text) -> {
            if (name.startsWith(PREFIX) && !isOfACommand(name) && !isServiceLink(name, text)) {
                Setting setting = Setting.ofVariable(name).orElseThrow(() -> unknown(name));
                given.put(setting, SettingValue.byVariable(setting, text));
            }
        });
        return given.values();
    }

    /**
     * The password of PGPASSWORD; empty if it is not set.
     *
     * @throws UsageException if the encoding of the process's locale cannot represent it
     */
    public Secret databasePassword() {
        String password = variables.getOrDefault("PGPASSWORD", "");
        if (!SettingValue.isReadable(password)) {
            throw new UsageException("PGPASSWORD " + SettingValue.unreadable());
        }
        return Secret.of(password);
    }

    private static boolean isOfACommand(String name) {
        return name.startsWith(LOAD_PREFIX) || name.startsWith(CAPACITY_PREFIX);
    }

    private boolean isServiceLink(String name, String text) {
        return variables.containsKey("KUBERNETES_SERVICE_HOST")
                && (SERVICE_LINK.matcher(name).matches()
                        || (name.endsWith("_PORT")
                                && SERVICE_ADDRESS.matcher(text).matches()));
    }

    private static UsageException unknown(String name) {
        List<String> known =
                Arrays.stream(Setting.values()).map(Setting::variable).toList();
        return new UsageException(
                name + " is not an environment variable of this server" + NameSuggestion.hint(name, known));
    }
}
