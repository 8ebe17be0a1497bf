package app.rodmena.auth.common;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.stream.Stream;

/** SQLSTATE constants, and the SQLSTATE and message of wrapped SQLExceptions. */
public final class SqlState {
    /** A failed login, or no connection at all. */
    public static final String UNABLE_TO_CONNECT = "08001";

    /** A connection that broke. */
    public static final String CONNECTION_FAILURE = "08006";

    public static final String PROTOCOL_VIOLATION = "08P01";

    /** A write on a standby or in a read-only session: no primary. */
    public static final String READ_ONLY = "25006";

    public static final String INVALID_LOGIN = "28000";

    /** A wrong password, or a missing role. */
    public static final String INVALID_PASSWORD = "28P01";

    public static final String NO_SUCH_DATABASE = "3D000";
    public static final String DEADLOCK_DETECTED = "40P01";
    public static final String INSUFFICIENT_PRIVILEGE = "42501";
    public static final String TOO_MANY_CONNECTIONS = "53300";
    public static final String LIMIT_EXCEEDED = "53400";

    /** For example a database that allows no connections. */
    public static final String WRONG_OBJECT_STATE = "55000";

    public static final String LOCK_NOT_AVAILABLE = "55P03";
    public static final String QUERY_CANCELED = "57014";
    public static final String ADMIN_SHUTDOWN = "57P01";

    /** For failures without a SQLSTATE. */
    public static final String GENERAL_ERROR = "HY000";

    private SqlState() {}

    /** The SQLState of the innermost SQLException; empty if there is none. */
    public static String of(Throwable failure) {
        return causes(failure)
                .map(cause -> cause instanceof SQLException sql ? sql.getSQLState() : null)
                .filter(Objects::nonNull)
                .reduce("", (outer, inner) -> inner);
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
    }

    /**
     * The first line of the message, without the details that follow: those may quote rows, which contain client keys.
     * Adds the network error, because pgjdbc's message says only that the attempt failed.
     */
    public static String firstLine(Throwable failure) {
        Throwable sqlException =
                causes(failure).filter(SQLException.class::isInstance).reduce(failure, (outer, inner) -> inner);
        String message = FirstLine.of(sqlException.getMessage());
        return sqlException.getCause() instanceof IOException network
                        && !message.contains(String.valueOf(network.getMessage()))
                ? "%s (%s)".formatted(message, ofNetwork(network))
                : message;
    }

    private static String ofNetwork(IOException failure) {
        String kind = failure.getClass().getSimpleName();
        return failure.getMessage() == null ? kind : kind + ": " + FirstLine.of(failure.getMessage());
    }

    public static boolean isLoginRefused(String state) {
        return state.startsWith("28");
    }

    /** Whether PostgreSQL answers, but refuses a new session: the login, the database, or too many connections. */
    public static boolean isSessionRefused(String state) {
        return isLoginRefused(state) || state.equals(NO_SUCH_DATABASE) || state.equals(TOO_MANY_CONNECTIONS);
    }

    /**
     * Whether a statement after a successful login got no response in time, or PgBouncer reported that it had no server
     * connection for it. PgBouncer queues statements while its pool is full or paused.
     */
    public static boolean isWithoutServer(Throwable failure) {
        boolean readTimeout = causes(failure).anyMatch(SocketTimeoutException.class::isInstance);
        return (readTimeout && of(failure).equals(CONNECTION_FAILURE))
                || firstLine(failure).contains("query_wait_timeout");
    }

    /** Whether PgBouncer refused a login because its max_client_conn is reached. */
    public static boolean isTooManyClients(Throwable failure) {
        return firstLine(failure).contains("max_client_conn");
    }

    /**
     * Whether a failure is temporary: connection failures (08), insufficient resources (53), shutdown or startup (57P),
     * rolled-back transactions (40), no primary during a failover.
     */
    public static boolean isTransient(String state) {
        return state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57P")
                || state.startsWith("40")
                || state.equals(READ_ONLY);
    }
}
