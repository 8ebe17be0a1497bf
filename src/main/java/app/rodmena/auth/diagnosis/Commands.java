package app.rodmena.auth.diagnosis;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The commands that an operator of this very server would type.
 *
 * @param psql what opens its database in psql, without a password
 * @param jolokia where its Jolokia is; empty where it has none
 */
public record Commands(String psql, String jolokia) {
    private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");

    /** Where nothing better is known. */
    public static final Commands DEFAULT = new Commands("psql", "http://127.0.0.1:8778/jolokia");

    public Commands {
        Objects.requireNonNull(psql, "psql");
        Objects.requireNonNull(jolokia, "jolokia");
    }

    /** Whether a name can stand in a command as it is; one that can't may be somebody's attempt at a command. */
    static boolean isPlain(String name) {
        return PLAIN.matcher(name).matches();
    }

    /** A name as it stands in a statement. */
    static String identifier(String name) {
        return isPlain(name) ? name : "\"%s\"".formatted(name.replace("\"", "\"\""));
    }

    /** @param sql without anything that means something to a shell between double quotes */
    String psql(String sql) {
        return "%s -c \"%s\"".formatted(psql, sql);
    }

    /** A command for PgBouncer's admin console, where the database is reached through one. */
    String console(String command) {
        return "%s -d pgbouncer -c \"%s\"".formatted(psql, command);
    }

    /** Every thread's stack. */
    String threads() {
        return "jcmd %s Thread.print".formatted(ProcessHandle.current().pid());
    }

    /** What the kernel knows of our connections: unacknowledged data, and how often it was sent again. */
    String sockets() {
        return "ss -tnoip | grep -A1 pid=%s".formatted(ProcessHandle.current().pid());
    }

    /** Sets a value of the running pool, until its next start; empty where there is no Jolokia. */
    String set(String attribute, long value) {
        return overJolokia(
                "{\"type\":\"write\",\"mbean\":\"app.rodmena.auth:type=PoolSettings,name=auth\",\"attribute\":\"%s\",\"value\":%s}"
                        .formatted(attribute, value));
    }

    /** Empty where there is no Jolokia. */
    String exec(String operation) {
        return overJolokia("{\"type\":\"exec\",\"mbean\":\"app.rodmena.auth:type=Pool,name=auth\",\"operation\":\"%s\"}"
                .formatted(operation));
    }

    private String overJolokia(String request) {
        return jolokia.isEmpty() ? "" : "curl -s -u NAME %s -d '%s'".formatted(jolokia, request);
    }
}
