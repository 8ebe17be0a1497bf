package app.rodmena.auth.database;

import app.rodmena.auth.postgres.NoPrimaryException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.stream.Stream;

/** SQLSTATE constants, and the SQLSTATE and message of wrapped SQLExceptions. */
final class SqlState {
    static final String LOCK_NOT_AVAILABLE = "55P03";
    static final String INSUFFICIENT_PRIVILEGE = "42501";
    static final String INVALID_LOGIN = "28000";
    static final String INVALID_PASSWORD = "28P01";
    static final String NO_SUCH_DATABASE = "3D000";
    static final String TOO_MANY_CONNECTIONS = "53300";

    /** pgjdbc's code for a connection that broke; a failed login is 08001. */
    private static final String CONNECTION_FAILURE = "08006";

    private SqlState() {}

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

    /**
     * The first line of the message, without the details that follow: those may quote rows, which contain client keys.
     * Adds the network error, because pgjdbc's message says only that the attempt failed.
     */
    static String firstLine(Throwable failure) {
        Throwable sqlException = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException) {
                sqlException = cause;
            }
        }
        String message = firstLine(String.valueOf(sqlException.getMessage()));
        return sqlException.getCause() instanceof IOException network
                        && !message.contains(String.valueOf(network.getMessage()))
                ? "%s (%s)".formatted(message, ofNetwork(network))
                : message;
    }

    private static String ofNetwork(IOException failure) {
        String kind = failure.getClass().getSimpleName();
        return failure.getMessage() == null ? kind : kind + ": " + firstLine(failure.getMessage());
    }

    static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }

    static boolean isLoginRefused(String state) {
        return state.startsWith("28");
    }

    /** Whether PostgreSQL answers, but refuses a new session: the login, the database, or too many connections. */
    static boolean isSessionRefused(String state) {
        return isLoginRefused(state) || state.equals(NO_SUCH_DATABASE) || state.equals(TOO_MANY_CONNECTIONS);
    }

    /**
     * Whether a statement was sent after the login and nothing came back in time, or PgBouncer said itself that it had
     * no server connection for it. PgBouncer keeps statements back while its pool is full or paused.
     */
    static boolean isWithoutServer(Throwable failure) {
        boolean readTimeout = Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(SocketTimeoutException.class::isInstance);
        return (readTimeout && of(failure).equals(CONNECTION_FAILURE))
                || firstLine(failure).contains("query_wait_timeout");
    }

    /** Whether PgBouncer refused a login because it has as many clients as it takes. */
    static boolean isTooManyClients(Throwable failure) {
        return firstLine(failure).contains("max_client_conn");
    }

    /**
     * Whether a failure is temporary: connection failures (08), insufficient resources (53), shutdown or startup (57P),
     * rolled-back transactions (40), no primary during a failover.
     */
    static boolean isTransient(String state) {
        return state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57P")
                || state.startsWith("40")
                || state.equals(NoPrimaryException.SQL_STATE);
    }
}
