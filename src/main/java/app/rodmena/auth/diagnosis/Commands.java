package app.rodmena.auth.diagnosis;

import java.util.Objects;

/**
 * The commands that an operator of this very server would type.
 *
 * @param psql what opens its database in psql, without a password
 * @param jolokia where its Jolokia is
 */
public record Commands(String psql, String jolokia) {
    /** Where nothing better is known. */
    public static final Commands DEFAULT = new Commands("psql", "http://127.0.0.1:8778/jolokia");

    public Commands {
        Objects.requireNonNull(psql, "psql");
        Objects.requireNonNull(jolokia, "jolokia");
    }

    /** @param sql without quotes that the shell would have to be told of, other than those that are escaped */
    String psql(String sql) {
        return "%s -c \"%s\"".formatted(psql, sql);
    }

    /** Every thread's stack. */
    String threads() {
        return "jcmd %d Thread.print".formatted(ProcessHandle.current().pid());
    }

    /** What the kernel knows of our connections: unacknowledged data, and how often it was sent again. */
    String sockets() {
        return "ss -tnoip | grep -A1 pid=%d".formatted(ProcessHandle.current().pid());
    }

    String exec(String operation) {
        return ("curl -s -u NAME %s -d '{\"type\":\"exec\",\"mbean\":\"app.rodmena.auth:type=Pool,name=auth\","
                        + "\"operation\":\"%s\"}'")
                .formatted(jolokia, operation);
    }
}
