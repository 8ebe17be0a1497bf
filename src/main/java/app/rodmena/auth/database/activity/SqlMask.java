package app.rodmena.auth.database.activity;

import app.rodmena.auth.database.StatementExecution;
import java.util.regex.Pattern;

/**
 * Masks SQL for display: replaces literals by {@code ?} and removes comments except a statement's name, because both
 * can contain a client key. If the end of a literal is ambiguous or missing (for example where PostgreSQL truncated the
 * text), the rest is masked. Not thread-safe, except {@link #mask}.
 */
public final class SqlMask {
    private static final int MAX_LENGTH = 300;

    /** A client key anywhere in the text, for example in a quoted identifier. */
    private static final Pattern KEY =
            Pattern.compile("[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}");

    private static final char MASK = '?';

    private final String sql;
    private final StringBuilder shown = new StringBuilder();
    private int position;

    private SqlMask(String sql) {
        this.sql = sql;
    }

    /** The masked statement on one line, truncated if it is long. */
    public static String mask(String sql) {
        String name = StatementExecution.nameOf(sql);
        String prefix = name.equals(StatementExecution.UNNAMED) ? "" : "/* %s */ ".formatted(name);
        String masked =
                new SqlMask(sql).masked().replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        String whole = prefix + KEY.matcher(masked).replaceAll("?");
        return whole.length() <= MAX_LENGTH ? whole : whole.substring(0, MAX_LENGTH - 1) + "…";
    }

    private String masked() {
        while (position < sql.length()) {
            char c = sql.charAt(position);
            if (c == '\'') {
                string();
            } else if (c == '"') {
                quotedIdentifier();
            } else if (sql.startsWith("--", position)) {
                skipTo(sql.indexOf('\n', position));
            } else if (sql.startsWith("/*", position)) {
                comment();
            } else if (c == '$') {
                dollar();
            } else if (isDigit(c) || (c == '.' && position + 1 < sql.length() && isDigit(sql.charAt(position + 1)))) {
                number();
            } else if (isWord(c)) {
                word();
            } else {
                shown.append(c);
                position++;
            }
        }
        return shown.toString();
    }

    /**
     * Whether a backslash before a quote escapes it depends on session settings that are unknown here. A wrong guess
     * would swap literals and code in the rest of the text, so the rest is not shown.
     */
    private void string() {
        shown.append(MASK);
        int from = position + 1;
        while (true) {
            int end = sql.indexOf('\'', from);
            if (end < 0 || sql.charAt(end - 1) == '\\') {
                position = sql.length();
                return;
            }
            if (end + 1 < sql.length() && sql.charAt(end + 1) == '\'') {
                from = end + 2;
            } else {
                position = end + 1;
                return;
            }
        }
    }

    private void quotedIdentifier() {
        int end = sql.indexOf('"', position + 1);
        if (end < 0) {
            shown.append(MASK);
            position = sql.length();
        } else {
            shown.append(sql, position, end + 1);
            position = end + 1;
        }
    }

    /** Comments can be nested. */
    private void comment() {
        int depth = 0;
        while (position < sql.length()) {
            if (sql.startsWith("/*", position)) {
                depth++;
                position += 2;
            } else if (sql.startsWith("*/", position)) {
                depth--;
                position += 2;
                if (depth == 0) {
                    shown.append(' ');
                    return;
                }
            } else {
                position++;
            }
        }
    }

    /** A parameter, for example {@code $1}, which is shown, or a dollar-quoted string, which is masked. */
    private void dollar() {
        int end = position + 1;
        while (end < sql.length() && isWord(sql.charAt(end))) {
            end++;
        }
        if (end < sql.length() && sql.charAt(end) == '$') {
            String tag = sql.substring(position, end + 1);
            shown.append(MASK);
            int close = sql.indexOf(tag, end + 1);
            position = close < 0 ? sql.length() : close + tag.length();
        } else {
            shown.append(sql, position, end);
            position = end;
        }
    }

    private void number() {
        shown.append(MASK);
        while (position < sql.length() && (isWord(sql.charAt(position)) || sql.charAt(position) == '.')) {
            position++;
        }
    }

    /** A keyword, a name or the prefix of a string, for example in {@code E'…'}. */
    private void word() {
        int start = position;
        while (position < sql.length() && (isWord(sql.charAt(position)) || sql.charAt(position) == '$')) {
            position++;
        }
        shown.append(sql, start, position);
    }

    private void skipTo(int end) {
        position = end < 0 ? sql.length() : end;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c >= 0x80;
    }
}
