package app.rodmena.auth.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.postgresql.core.BaseStatement;
import org.postgresql.core.QueryExecutor;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Features of pgjdbc that JDBC lacks. */
public final class PgJdbc {
    private PgJdbc() {}

    /**
     * Runs a query with the simple protocol, in which {@code $1} needs no value; its result closes with the statement.
     */
    public static ResultSet executeSimple(Statement statement, String sql) throws SQLException {
        statement.unwrap(BaseStatement.class).executeWithFlags(sql, QueryExecutor.QUERY_EXECUTE_AS_SIMPLE);
        return statement.getResultSet();
    }

    /**
     * The detail of the error that caused a failure, to be parsed, not shown: messages omit it, because it may quote
     * rows. Empty if there is none.
     */
    public static Optional<String> errorDetail(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .filter(PSQLException.class::isInstance)
                .map(cause -> ((PSQLException) cause).getServerErrorMessage())
                .filter(Objects::nonNull)
                .map(ServerErrorMessage::getDetail)
                .filter(Objects::nonNull)
                .findFirst();
    }
}
