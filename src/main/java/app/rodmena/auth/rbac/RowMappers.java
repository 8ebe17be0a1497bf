package app.rodmena.auth.rbac;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.statement.StatementContext;

/** Row mappers that read columns by position. Looking mappers up in JDBI is too slow for permission checks. */
final class RowMappers {
    private RowMappers() {}

    static Boolean bool(ResultSet row, StatementContext context) throws SQLException {
        return row.getBoolean(1);
    }

    static String text(ResultSet row, StatementContext context) throws SQLException {
        return row.getString(1);
    }

    static Membership member(ResultSet row, StatementContext context) throws SQLException {
        return new Membership(row.getString(1), row.getString(2));
    }

    static RolePermission rolePermission(ResultSet row, StatementContext context) throws SQLException {
        return new RolePermission(row.getString(1), row.getString(2));
    }

    static RoleEntry roleEntry(ResultSet row, StatementContext context) throws SQLException {
        return new RoleEntry(row.getString(1), row.getString(2));
    }
}
