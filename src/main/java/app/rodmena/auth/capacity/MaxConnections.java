package app.rodmena.auth.capacity;

import app.rodmena.auth.schema.Description;
import java.util.OptionalInt;

/**
 * The setting max_connections: its effective and its configured value.
 *
 * @param value the effective value, until PostgreSQL restarts
 * @param onCommandLine whether it is set on PostgreSQL's command line, which overrides ALTER SYSTEM and files
 * @param pendingRestart whether a changed configuration was reloaded and needs a restart
 * @param configured the configured value, if it differs and is visible to this role
 */
public record MaxConnections(
        @Description(name = "maxConnections", value = "max_connections of PostgreSQL", unit = "connections")
        int value,

        boolean onCommandLine,
        boolean pendingRestart,
        OptionalInt configured) {
    /** PostgreSQL's own default. */
    public static final int DEFAULT = 100;

    /** The maximum value: MAX_BACKENDS in PostgreSQL's source. */
    public static final int MAX = 262_143;

    static MaxConnections of(int value) {
        return new MaxConnections(value, false, false, OptionalInt.empty());
    }

    /** The configured value, if it differs from the effective one. */
    MaxConnections withConfigured(int configured) {
        boolean isOverridden = onCommandLine && !pendingRestart;
        return isOverridden || configured == value
                ? this
                : new MaxConnections(value, onCommandLine, pendingRestart, OptionalInt.of(configured));
    }

    /** Whether another value is configured already. */
    public boolean isChangeConfigured() {
        return pendingRestart || configured.isPresent();
    }
}
