package app.rodmena.auth.diagnosis;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The shell commands for an operator of this server, with its addresses. Immutable.
 *
 * @param psql the psql command that connects to its database, without a password
 * @param jolokia the URL of its Jolokia agent; empty if it has none
 */
public record Commands(String psql, String jolokia) {
    private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");

    /** The commands for a server whose addresses are unknown. */
    public static final Commands DEFAULT = new Commands("psql", "http://127.0.0.1:8778/jolokia");

    public Commands {
        Objects.requireNonNull(psql, "psql");
        Objects.requireNonNull(jolokia, "jolokia");
    }

    /** Whether a name needs no quoting in SQL or a shell. Any other name could inject a command. */
    static boolean isPlain(String name) {
        return PLAIN.matcher(name).matches();
    }

    /** A name as an SQL identifier, quoted if necessary. */
    static String identifier(String name) {
        return isPlain(name) ? name : "\"%s\"".formatted(name.replace("\"", "\"\""));
    }

    /** @param sql a statement without characters that are special to a shell within double quotes */
    String psql(String sql) {
        return "%s -c \"%s\"".formatted(psql, sql);
    }

    /** @param role a plain name, see {@link #isPlain} */
    String psqlAs(String role, String sql) {
        return "%s -U %s -c \"%s\"".formatted(psql, role, sql);
    }

    /** Runs a command on the admin console of PgBouncer, for a database behind PgBouncer. */
    String pgBouncerConsole(String command) {
        return "%s -d pgbouncer -c \"%s\"".formatted(psql, command);
    }

    /** Prints the stacks of all threads. */
    String threads() {
        return "jcmd %s Thread.print".formatted(ProcessHandle.current().pid());
    }

    /** Prints the kernel's state of this process's sockets, such as unacknowledged data and retransmissions. */
    String sockets() {
        return "ss -tnoip | grep -A1 pid=%s".formatted(ProcessHandle.current().pid());
    }

    /** Sets an attribute of the running pool until the next start; empty without Jolokia. */
    String set(String attribute, long value) {
        return overJolokia(
                "{\"type\":\"write\",\"mbean\":\"app.rodmena.auth:type=PoolSettings,name=auth\",\"attribute\":\"%s\",\"value\":%s}"
                        .formatted(attribute, value));
    }

    /** Runs an operation of the pool's MBean; empty without Jolokia. */
    String exec(String operation) {
        return overJolokia("{\"type\":\"exec\",\"mbean\":\"app.rodmena.auth:type=Pool,name=auth\",\"operation\":\"%s\"}"
                .formatted(operation));
    }

    private String overJolokia(String request) {
        return jolokia.isEmpty() ? "" : "curl -s -u NAME %s -d '%s'".formatted(jolokia, request);
    }
}
