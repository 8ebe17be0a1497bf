package app.rodmena.auth.database;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SQL fit to be shown: every literal is masked, because it can be a client key, and what is left is on one line, so
 * that statements that differ in their values only are one. Also for SQL that was cut off somewhere, as PostgreSQL
 * does.
 */
public final class MaskedSql {
    private static final int LONGEST = 2_000;

    private static final Pattern TOKEN = Pattern.compile("""
            (?<name> \\A \\s* /\\* \\x20 [a-z_]++ (?: \\. [a-z_]++ )* \\x20 \\*/ )
            | (?<comment> /\\* .*? (?: \\*/ | \\z ) | -- [^\\n]*+ )
            | (?<literal>
                [eE] ' [^'\\\\]*+ (?: (?: '' | \\\\ . ) [^'\\\\]*+ )*+ '?
                | (?: [bBxXnN] | [uU] & )? ' [^']*+ (?: '' [^']*+ )*+ '?
                | \\$ (?<tag> [A-Za-z_]? \\w*+ ) \\$ .*? (?: \\$ \\k<tag> \\$ | \\z )
                | \\d [\\w.]*+
                | \\. \\d [\\w]*+ )
            | (?<kept> " [^"]*+ (?: "" [^"]*+ )*+ "? | \\$ \\d++ | [\\p{L}_] [\\p{L}\\p{N}_$]*+ )
            | (?<space> \\s++ )
            """, Pattern.COMMENTS | Pattern.DOTALL);

    /** However many values there are in a list, it is the same statement. */
    private static final Pattern LIST = Pattern.compile("\\?(?:\\s*,\\s*\\?)+");

    private MaskedSql() {}

    public static String of(String sql) {
        Matcher token = TOKEN.matcher(sql);
        StringBuilder masked = new StringBuilder();
        while (token.find()) {
            token.appendReplacement(masked, Matcher.quoteReplacement(shown(token)));
        }
        token.appendTail(masked);
        String oneLine =
                LIST.matcher(masked).replaceAll("?, ...").replaceAll(" +", " ").strip();
        return oneLine.length() <= LONGEST ? oneLine : oneLine.substring(0, LONGEST) + " ...";
    }

    private static String shown(Matcher token) {
        if (token.group("literal") != null) {
            return "?";
        }
        boolean isGap = token.group("comment") != null || token.group("space") != null;
        return isGap ? " " : token.group();
    }
}
