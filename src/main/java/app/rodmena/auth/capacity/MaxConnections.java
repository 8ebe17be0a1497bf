package app.rodmena.auth.capacity;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * The setting max_connections, as it holds and as somebody wants it.
 *
 * @param value as it holds, until PostgreSQL is started anew
 * @param onCommandLine whether it is from PostgreSQL's command line, where neither ALTER SYSTEM nor a file changes it
 * @param pendingRestart whether the configuration was changed and read again, and waits for a restart
 * @param askedFor what the configuration says, if that differs and can be seen
 */
public record MaxConnections(int value, boolean onCommandLine, boolean pendingRestart, OptionalInt askedFor) {
    /** PostgreSQL's own default. */
    public static final int DEFAULT = 100;

    /** The most that it can be: MAX_BACKENDS in PostgreSQL's source. */
    public static final int MOST = 262_143;

    public MaxConnections {
        Objects.requireNonNull(askedFor, "askedFor");
    }

    static MaxConnections of(int value) {
        return new MaxConnections(value, false, false, OptionalInt.empty());
    }

    /** What the configuration says, as far as it means a change. */
    MaxConnections withConfigured(int configured) {
        boolean isBeaten = onCommandLine && !pendingRestart;
        return isBeaten || configured == value
                ? this
                : new MaxConnections(value, onCommandLine, pendingRestart, OptionalInt.of(configured));
    }

    /** Whether somebody has asked for another value already. */
    public boolean isAskedToChange() {
        return pendingRestart || askedFor.isPresent();
    }
}
