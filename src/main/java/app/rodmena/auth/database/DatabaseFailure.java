package app.rodmena.auth.database;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.pool.NoConnectionException;
import app.rodmena.auth.pool.event.CallContext;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The database returned no result. Must never be treated as "no": the caller gets an error. */
public final class DatabaseFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The reason of a failure, safe for responses. */
    public enum Reason {
        /** No connection became free within pool_timeout. */
        POOL_TIMEOUT,
        /** The request's own deadline passed. */
        DEADLINE_EXCEEDED,
        /** max_waiting callers were waiting already. */
        QUEUE_FULL,
        /** The pool is overloaded. */
        OVERLOADED,
        /** PostgreSQL is unreachable, or the connection broke. */
        DATABASE_DOWN,
        /** The tables do not exist yet. */
        NOT_PREPARED,
        /** PostgreSQL reported a temporary error: out of resources, read-only after a failover, a conflict. */
        DATABASE_TROUBLE,
        /** The role lacks a privilege for the statement; the message names the object and is safe for responses. */
        PERMISSION_DENIED,
        /** A table, column or other object is missing or different; the message names it and is safe for responses. */
        SCHEMA_MISMATCH,
        /** PostgreSQL cancelled the statement after statement_timeout. */
        STATEMENT_TIMEOUT,
        /** A session cancelled the statement, for example with pg_cancel_backend. */
        STATEMENT_CANCELLED,
        /** This server is stopping. */
        SHUTTING_DOWN
    }

    /**
     * read_only_sql_transaction (the session is on a standby after a failover), serialization_failure,
     * deadlock_detected, lock_not_available (after lock_timeout); and, behind a pooler that shares sessions,
     * duplicate_prepared_statement and invalid_sql_statement_name.
     */
    private static final Set<String> TRANSIENT = Set.of(
            SqlState.READ_ONLY, "40001", SqlState.DEADLOCK_DETECTED, SqlState.LOCK_NOT_AVAILABLE, "42P05", "26000");

    /**
     * Connection exception, operator intervention; and the limits of a transaction that end its session, too:
     * idle_in_transaction_session_timeout, transaction_timeout.
     */
    private static final Set<String> UNREACHABLE = Set.of("08", "57", "25P03", "25P04");

    /** Insufficient resources, system error. */
    private static final Set<String> RESOURCES = Set.of("53", "58");

    /**
     * undefined_table, undefined_column, undefined_function, undefined_object, invalid_column_reference (a constraint
     * that is gone), datatype_mismatch, invalid_schema_name.
     */
    private static final Set<String> MISMATCH = Set.of("42P01", "42703", "42883", "42704", "42P10", "42804", "3F000");

    /** The end of PostgreSQL's message; in other languages, every cancelled statement counts as a timeout. */
    private static final String USER_REQUEST = "due to user request";

    private final Reason reason;
    private String incident;

    public DatabaseFailure(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * Translates a failure of the database, after which the result is unknown, to a {@link DatabaseFailure}; returns
     * other failures, which are errors of this server, unchanged.
     */
    static Throwable translate(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NoConnectionException noConnection) {
                return new DatabaseFailure(reasonOf(noConnection), noConnection.getMessage(), noConnection);
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return translateState(sql.getSQLState(), failure);
            }
        }
        return failure;
    }

    private static Throwable translateState(String state, Throwable failure) {
        if (state.equals(SqlState.QUERY_CANCELED)) {
            Reason reason = SqlState.firstLine(failure).endsWith(USER_REQUEST)
                    ? Reason.STATEMENT_CANCELLED
                    : Reason.STATEMENT_TIMEOUT;
            return new DatabaseFailure(reason, "PostgreSQL cancelled the statement", failure);
        }
        if (UNREACHABLE.stream().anyMatch(state::startsWith)) {
            return new DatabaseFailure(Reason.DATABASE_DOWN, "PostgreSQL failed with SQLSTATE " + state, failure);
        }
        if (TRANSIENT.contains(state) || RESOURCES.stream().anyMatch(state::startsWith)) {
            return new DatabaseFailure(Reason.DATABASE_TROUBLE, "PostgreSQL reported SQLSTATE " + state, failure);
        }
        if (state.equals(SqlState.INSUFFICIENT_PRIVILEGE)) {
            return new DatabaseFailure(Reason.PERMISSION_DENIED, objectMessage(failure), failure);
        }
        if (MISMATCH.contains(state)) {
            return new DatabaseFailure(Reason.SCHEMA_MISMATCH, objectMessage(failure), failure);
        }
        return failure;
    }

    /** The server's message, for example {@code permission denied for table auth_group}: names, never values. */
    private static String objectMessage(Throwable failure) {
        return SqlState.firstLine(failure).replaceFirst("^[A-Z]+: ", "");
    }

    private static Reason reasonOf(NoConnectionException noConnection) {
        return switch (noConnection.reason()) {
            case TIMEOUT -> Reason.POOL_TIMEOUT;
            case DEADLINE -> Reason.DEADLINE_EXCEEDED;
            case REJECTED, DISPLACED -> Reason.QUEUE_FULL;
            case SHED -> Reason.OVERLOADED;
            case DATABASE_DOWN -> Reason.DATABASE_DOWN;
            case CLOSED, INTERRUPTED, CANCELLED -> Reason.SHUTTING_DOWN;
        };
    }

    public Reason reason() {
        return reason;
    }

    /** The id of the incident in which it was counted, safe for responses; empty if there is none. */
    public Optional<String> incident() {
        return Optional.ofNullable(incident);
    }

    /** Called by a {@link FailureListener}, before the caller gets the failure. */
    public void setIncident(String id) {
        incident = id;
    }

    /** The time after which another attempt may succeed, in seconds; 0 if unknown. */
    public int retryAfterSeconds() {
        return getCause() instanceof NoConnectionException refused ? refused.retryAfterSeconds() : 0;
    }

    /** Is notified of each database failure before the caller gets it, on any thread, concurrently. Must not block. */
    @FunctionalInterface
    public interface FailureListener {
        void onFailure(CallContext caller, DatabaseFailure failure);
    }
}
