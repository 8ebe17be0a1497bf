package app.rodmena.auth.database;

import app.rodmena.auth.database.DatabaseFailure.Reason;
import app.rodmena.auth.pool.NoConnectionException;
import java.sql.SQLException;
import java.util.Set;

/** Tells failures of the database, after which nobody knows the answer, from mistakes of our own. */
final class Failures {
    private static final String QUERY_CANCELED = "57014";

    /** read_only_sql_transaction (a failover left us on a standby), serialization_failure, deadlock_detected. */
    private static final Set<String> PASSING = Set.of("25006", "40001", "40P01");

    /** Connection exception, insufficient resources, operator intervention, system error. */
    private static final Set<String> CLASSES = Set.of("08", "53", "57", "58");

    private Failures() {}

    /** A {@link DatabaseFailure} if {@code failure} is one of the database's; else the failure itself. */
    static Throwable of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NoConnectionException none) {
                return new DatabaseFailure(reasonOf(none), none.getMessage(), none);
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return ofState(sql.getSQLState(), failure);
            }
        }
        return failure;
    }

    private static Throwable ofState(String state, Throwable failure) {
        if (state.equals(QUERY_CANCELED)) {
            return new DatabaseFailure(Reason.STATEMENT_TIMEOUT, "PostgreSQL cancelled the statement", failure);
        }
        if (PASSING.contains(state) || CLASSES.stream().anyMatch(state::startsWith)) {
            return new DatabaseFailure(Reason.DATABASE_DOWN, "PostgreSQL failed with SQLSTATE " + state, failure);
        }
        return failure;
    }

    private static Reason reasonOf(NoConnectionException none) {
        return switch (none.reason()) {
            case TIMEOUT -> Reason.POOL_TIMEOUT;
            case REJECTED -> Reason.QUEUE_FULL;
            case DATABASE_DOWN -> Reason.DATABASE_DOWN;
            case CLOSED, INTERRUPTED -> Reason.SHUTTING_DOWN;
        };
    }
}
