package app.rodmena.auth.database.activity;

import app.rodmena.auth.database.StatementExecution;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Masks SQL for display: replaces literals by {@code ?} and removes comments except a statement's name, because both
 * can contain a client key. If the end of a literal is ambiguous or missing (for example where PostgreSQL truncated the
 * text), the rest is masked. Stateless.
 */
public final class SqlMask {
    private static final int MAX_LENGTH = 300;

    /** A client key anywhere in the text, for example in a quoted identifier. */
    private static final Pattern KEY =
            Pattern.compile("[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}");

    /**
     * The tokens of SQL. Whether a backslash before a quote escapes it depends on session settings that are unknown
     * here. A wrong guess would swap literals and code in the rest of the text, so the rest is then a literal.
     */
    private static final Pattern TOKEN =
            Pattern.compile("""
            (?<literal>
                '(?: [^'\\\\] | '' | \\\\(?!') )*+'
                | '.*
                | (?<tag> \\$[W]*\\$ ) .*? (?: \\k<tag> | \\z )
                | "[^"]*\\z
                | \\.?[0-9][W.]*)
            | (?<comment> --[^\\n]* | /\\* )
            | "[^"]*" | [W][W$]* | \\$[W]* | .
            """.replace("W", "\\w\\x{80}-\\x{10FFFF}"), Pattern.COMMENTS | Pattern.DOTALL);

    private static final Pattern COMMENT_MARK = Pattern.compile("/\\*|\\*/");

    private SqlMask() {}

    /** The masked statement on one line, truncated if it is long. */
    public static String mask(String sql) {
        String name = StatementExecution.nameOf(sql);
        String prefix = name.equals(StatementExecution.UNNAMED) ? "" : "/* %s */ ".formatted(name);
        String masked = masked(sql).replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        String whole = prefix + KEY.matcher(masked).replaceAll("?");
        return whole.length() <= MAX_LENGTH ? whole : whole.substring(0, MAX_LENGTH - 1) + "…";
    }

    private static String masked(String sql) {
        StringBuilder shown = new StringBuilder();
        Matcher token = TOKEN.matcher(sql);
        while (token.find()) {
            if (token.group("literal") != null) {
                shown.append('?');
            } else if (token.group("comment") == null) {
                shown.append(token.group());
            } else if (token.group().startsWith("/*")) {
                shown.append(' ');
                token.region(endOfComment(sql, token.start()), sql.length());
            }
        }
        return shown.toString();
    }

    /** Comments can be nested. */
    private static int endOfComment(String sql, int start) {
        int depth = 0;
        Matcher mark = COMMENT_MARK.matcher(sql).region(start, sql.length());
        while (mark.find()) {
            depth += mark.group().equals("/*") ? 1 : -1;
            if (depth == 0) {
                return mark.end();
            }
        }
        return sql.length();
    }
}
