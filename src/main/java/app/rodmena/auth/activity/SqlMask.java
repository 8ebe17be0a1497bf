package app.rodmena.auth.activity;

import app.rodmena.auth.database.StatementRun;
import java.util.regex.Pattern;

/**
 * Masks SQL for display: replaces literals by {@code ?} and removes comments except a statement's name, because both
 * can contain a client key. If the end of a literal is ambiguous or missing (for example where PostgreSQL truncated the
 * text), the rest is masked. Not thread-safe, except {@link #mask}.
 */
public final class SqlMask {
    private static final int LONGEST = 300;

    /** A client key anywhere in the text, for example in a quoted identifier. */
    private static final Pattern KEY =
            Pattern.compile("[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}");

    private static final char MASK = '?';

    private final String sql;
    private final StringBuilder shown = new StringBuilder();
    private int at;

    private SqlMask(String sql) {
        this.sql = sql;
    }

    /** The masked statement on one line, truncated if it is long. */
    public static String mask(String sql) {
        String name = StatementRun.nameOf(sql);
        String prefix = name.equals(StatementRun.UNNAMED) ? "" : "/* %s */ ".formatted(name);
        String masked =
                new SqlMask(sql).masked().replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        String whole = prefix + KEY.matcher(masked).replaceAll("?");
        return whole.length() <= LONGEST ? whole : whole.substring(0, LONGEST - 1) + "…";
    }

    private String masked() {
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (c == '\'') {
                string();
            } else if (c == '"') {
                quotedIdentifier();
            } else if (sql.startsWith("--", at)) {
                skipTo(sql.indexOf('\n', at));
            } else if (sql.startsWith("/*", at)) {
                comment();
            } else if (c == '$') {
                dollar();
            } else if (isDigit(c) || (c == '.' && at + 1 < sql.length() && isDigit(sql.charAt(at + 1)))) {
                number();
            } else if (isWord(c)) {
                word();
            } else {
                shown.append(c);
                at++;
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
        int from = at + 1;
        while (true) {
            int end = sql.indexOf('\'', from);
            if (end < 0 || sql.charAt(end - 1) == '\\') {
                at = sql.length();
                return;
            }
            if (end + 1 < sql.length() && sql.charAt(end + 1) == '\'') {
                from = end + 2;
            } else {
                at = end + 1;
                return;
            }
        }
    }

    private void quotedIdentifier() {
        int end = sql.indexOf('"', at + 1);
        if (end < 0) {
            shown.append(MASK);
            at = sql.length();
        } else {
            shown.append(sql, at, end + 1);
            at = end + 1;
        }
    }

    /** Comments can be nested. */
    private void comment() {
        int depth = 0;
        while (at < sql.length()) {
            if (sql.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (sql.startsWith("*/", at)) {
                depth--;
                at += 2;
                if (depth == 0) {
                    shown.append(' ');
                    return;
                }
            } else {
                at++;
            }
        }
    }

    /** A parameter, for example {@code $1}, which is shown, or a dollar-quoted string, which is masked. */
    private void dollar() {
        int end = at + 1;
        while (end < sql.length() && isWord(sql.charAt(end))) {
            end++;
        }
        if (end < sql.length() && sql.charAt(end) == '$') {
            String tag = sql.substring(at, end + 1);
            shown.append(MASK);
            int close = sql.indexOf(tag, end + 1);
            at = close < 0 ? sql.length() : close + tag.length();
        } else {
            shown.append(sql, at, end);
            at = end;
        }
    }

    private void number() {
        shown.append(MASK);
        while (at < sql.length() && (isWord(sql.charAt(at)) || sql.charAt(at) == '.')) {
            at++;
        }
    }

    /** A keyword, a name or the prefix of a string, for example in {@code E'…'}. */
    private void word() {
        int start = at;
        while (at < sql.length() && (isWord(sql.charAt(at)) || sql.charAt(at) == '$')) {
            at++;
        }
        shown.append(sql, start, at);
    }

    private void skipTo(int end) {
        at = end < 0 ? sql.length() : end;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c >= 0x80;
    }
}
