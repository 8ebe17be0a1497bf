package app.rodmena.auth.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.core.BaseStatement;
import org.postgresql.core.QueryExecutor;

/** Runs a query with PostgreSQL's simple protocol, in which {@code $1} needs no value. */
public final class SimpleQuery {
    private SimpleQuery() {}

    /** The result of a query, which closes with the statement. */
    public static ResultSet execute(Statement statement, String sql) throws SQLException {
        statement.unwrap(BaseStatement.class).executeWithFlags(sql, QueryExecutor.QUERY_EXECUTE_AS_SIMPLE);
        return statement.getResultSet();
    }
}
