package app.rodmena.auth.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Formats tables and paragraphs for a terminal of {@value #WIDTH} columns. Not thread-safe. */
public final class TextColumns {
    static final int WIDTH = 120;

    private static final String INDENT = "  ";
    private static final Pattern SPACES = Pattern.compile(" +");

    private final List<String> heads;
    private final List<Boolean> right;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param heads the column heads; {@code >} at the beginning aligns a column to the right */
    public TextColumns(String... heads) {
        this.heads = List.of(heads).stream()
                .map(head -> head.startsWith(">") ? head.substring(1) : head)
                .toList();
        this.right = List.of(heads).stream().map(head -> head.startsWith(">")).toList();
    }

    public TextColumns row(Object... cells) {
        rows.add(List.of(cells).stream().map(String::valueOf).toList());
        return this;
    }

    /** The table; long text in the last column is wrapped within the column. */
    String wrapped() {
        return lines(false);
    }

    /** The table; long text in the last column is truncated. */
    public String clipped() {
        return lines(true);
    }

    private String lines(boolean clipped) {
        int[] widths = widths();
        return Stream.concat(Stream.of(heads), rows.stream())
                .map(cells -> line(cells, widths, clipped))
                .collect(Collectors.joining());
    }

    private int[] widths() {
        int[] widths = heads.stream().mapToInt(String::length).toArray();
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        return widths;
    }

    private String line(List<String> cells, int[] widths, boolean clipped) {
        StringBuilder line = new StringBuilder(INDENT);
        int last = cells.size() - 1;
        for (int column = 0; column < last; column++) {
            String padding = " ".repeat(widths[column] - cells.get(column).length());
            line.append(right.get(column) ? padding + cells.get(column) : cells.get(column) + padding)
                    .append("  ");
        }
        int room = Math.max(1, WIDTH - line.length());
        String text = clipped ? Formats.shortened(cells.get(last), room) : cells.get(last);
        return wrap(line.toString(), text, " ".repeat(line.length()), "");
    }

    /** An indented, wrapped paragraph. */
    public static String paragraph(String text, int indent) {
        String space = " ".repeat(indent);
        return wrap(space, text, space, "");
    }

    /** A shell command, wrapped with {@code \} so that it stays valid when copied. */
    static String command(String command, int indent) {
        return wrap(" ".repeat(indent), command, " ".repeat(indent), " \\");
    }

    /** The words of a text; a word longer than {@code room} is split. */
    private static List<String> words(String text, int room) {
        List<String> words = new ArrayList<>();
        SPACES.splitAsStream(text.strip()).forEach(word -> {
            String left = word;
            for (; left.length() > room; left = left.substring(room)) {
                words.add(left.substring(0, room));
            }
            words.add(left);
        });
        return words;
    }

    /**
     * Wraps a text.
     *
     * @param first the prefix of the first line
     * @param continuation the prefix of the other lines
     * @param suffix the suffix of every line except the last
     */
    static String wrap(String first, String text, String continuation, String suffix) {
        return wrap(first, text, continuation, suffix, WIDTH);
    }

    /** Wraps a text for another width. */
    public static String wrap(String first, String text, String continuation, String suffix, int width) {
        StringBuilder wrapped = new StringBuilder();
        StringBuilder line = new StringBuilder(first);
        boolean empty = true;
        int room = suffix.isEmpty() ? Math.max(1, width - continuation.length()) : Integer.MAX_VALUE;
        for (String word : words(text, room)) {
            if (!empty && line.length() + 1 + word.length() + suffix.length() > width) {
                wrapped.append(line).append(suffix).append('\n');
                line = new StringBuilder(continuation);
                empty = true;
            }
            if (!empty) {
                line.append(' ');
            }
            line.append(word);
            empty = false;
        }
        return wrapped.append(line.toString().stripTrailing()).append('\n').toString();
    }
}
