package app.rodmena.auth.database;

import app.rodmena.auth.postgres.NoPrimaryException;
import java.sql.SQLException;

/** What PostgreSQL said, found in whatever it was wrapped in. */
final class SqlStates {
    static final String LOCK_NOT_AVAILABLE = "55P03";
    static final String INSUFFICIENT_PRIVILEGE = "42501";
    static final String INVALID_LOGIN = "28000";
    static final String INVALID_PASSWORD = "28P01";
    static final String NO_SUCH_DATABASE = "3D000";

    private SqlStates() {}

    /** The SQLState of the innermost SQLException; empty if there is none. */
    static String of(Throwable failure) {
        String state = "";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                state = sql.getSQLState();
            }
        }
        return state;
    }

    /** What went wrong, without the details below it: those may quote rows, and rows contain client keys. */
    static String firstLine(Throwable failure) {
        Throwable told = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException) {
                told = cause;
            }
        }
        return String.valueOf(told.getMessage()).lines().findFirst().orElse("");
    }

    static boolean isLoginRefused(String state) {
        return state.startsWith("28");
    }

    /**
     * Whether it passes by itself: connection trouble (08), no resources (53), shutting down or starting up (57P), no
     * primary during a failover.
     */
    static boolean passes(String state) {
        return state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57P")
                || state.startsWith("40")
                || state.equals(NoPrimaryException.SQL_STATE);
    }
}
