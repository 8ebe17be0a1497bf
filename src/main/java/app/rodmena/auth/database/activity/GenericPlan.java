package app.rodmena.auth.database.activity;

import app.rodmena.auth.database.Monitor;
import app.rodmena.auth.postgres.PgJdbc;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Queries the plan of a statement for unknown parameters, without running the statement (EXPLAIN with GENERIC_PLAN,
 * PostgreSQL 16 and later). Returns the nodes of the plan; none for a statement without a plan.
 *
 * @param sql the statement with {@code ?} for its parameters
 */
public record GenericPlan(String sql) implements Monitor.DiagnosticQuery<List<String>> {
    public static final int FIRST_VERSION = 160_000;

    /** Waits neither for a table that is locked nor for a large plan, and can change nothing. */
    private static final String LIMITS = """
            set transaction read only;
            set local lock_timeout = 50;
            set local statement_timeout = 300
            """;

    private static final Pattern EXPLAINABLE = Pattern.compile(
            "\\s*(/\\*[^*]*\\*/\\s*)?(select|insert|update|delete|with|merge)\\b.*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** What is not searched for parameters and semicolons: text, identifiers, comments; then both of these. */
    private static final Pattern TOKEN =
            Pattern.compile("'[^']*'|\"[^\"]*\"|/\\*.*?\\*/|--[^\\n]*|\\?\\??|;", Pattern.DOTALL);

    @Override
    public List<String> execute(Connection connection) throws SQLException {
        Optional<String> numbered = withNumberedParameters(sql);
        if (numbered.isEmpty()) {
            return List.of();
        }
        List<String> nodes = new ArrayList<>();
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute(LIMITS);
            try (var lines = PgJdbc.executeSimple(statement, "explain (generic_plan, costs off) " + numbered.get())) {
                while (lines.next()) {
                    nodes.add(lines.getString(1).strip().replaceFirst("^-> +", ""));
                }
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        return nodes;
    }

    /** The statement with {@code $1} for its first parameter; empty if it is several or cannot be explained. */
    static Optional<String> withNumberedParameters(String sql) {
        if (!EXPLAINABLE.matcher(sql).matches() || sql.contains("$") || sql.contains("\\")) {
            return Optional.empty();
        }
        StringBuilder numbered = new StringBuilder();
        Matcher token = TOKEN.matcher(sql);
        int parameter = 0;
        while (token.find()) {
            if (token.group().equals(";")) {
                return Optional.empty();
            }
            String replacement = switch (token.group()) {
                case "?" -> "$" + ++parameter;
                case "??" -> "?";
                default -> token.group();
            };
            token.appendReplacement(numbered, Matcher.quoteReplacement(replacement));
        }
        return Optional.of(token.appendTail(numbered).toString());
    }
}
