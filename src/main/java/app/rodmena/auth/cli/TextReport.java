package app.rodmena.auth.cli;

import app.rodmena.auth.common.Json;
import app.rodmena.auth.common.WireNamed;
import app.rodmena.auth.diagnosis.TextColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Builds a report of blocks, for a terminal or as Markdown. Not thread-safe. */
public final class TextReport {
    private static final int WIDTH = 100;

    private record Block(String text, String markdown) {}

    private final List<Block> blocks = new ArrayList<>();

    public TextReport say(String words) {
        return add(TextColumns.wrap("", words, "", "", WIDTH), words + "\n");
    }

    /** Adds commands to copy, one a line. */
    public TextReport paste(List<String> lines) {
        return add(
                lines.stream().map(line -> "    " + line + "\n").collect(Collectors.joining()),
                "```\n" + String.join("\n", lines) + "\n```\n");
    }

    /** Adds a table. A header of empty cells is omitted in text, and kept in Markdown, which requires one. */
    public TextReport table(List<String> header, List<? extends List<?>> cells) {
        List<List<String>> rows = cells.stream()
                .map(row -> row.stream().map(String::valueOf).toList())
                .toList();
        List<Column> columns = IntStream.range(0, header.size())
                .mapToObj(column -> Column.of(
                        header.get(column),
                        rows.stream().map(row -> row.get(column)).toList()))
                .toList();
        boolean isHeaded = header.stream().anyMatch(cell -> !cell.isEmpty());
        String marks = columns.stream()
                .map(column -> column.isNumeric() ? "---:|" : "---|")
                .collect(Collectors.joining());
        return add(
                (isHeaded ? line(header, columns) : "")
                        + rows.stream().map(row -> line(row, columns)).collect(Collectors.joining()),
                markdownRow(header)
                        + "|" + marks + "\n"
                        + rows.stream().map(TextReport::markdownRow).collect(Collectors.joining()));
    }

    private TextReport add(String text, String markdown) {
        blocks.add(new Block(text, markdown));
        return this;
    }

    /** The report in a format; in JSON, {@code data} is written instead. */
    public String as(OutputFormat format, Object data) {
        if (format == OutputFormat.JSON) {
            return Json.indented(data);
        }
        return blocks.stream()
                .map(block -> format == OutputFormat.MARKDOWN ? block.markdown() : block.text())
                .collect(Collectors.joining("\n"));
    }

    private static String line(List<String> cells, List<Column> columns) {
        return IntStream.range(0, cells.size())
                        .mapToObj(column -> columns.get(column).padded(cells.get(column)))
                        .collect(Collectors.joining("  "))
                        .stripTrailing()
                + "\n";
    }

    private static String markdownRow(List<String> cells) {
        return "| " + cells.stream().map(String::strip).collect(Collectors.joining(" | ")) + " |\n";
    }

    /** A column of a table: numbers are aligned right, words left. */
    private record Column(int width, boolean isNumeric) {
        static Column of(String header, List<String> cells) {
            int width = Stream.concat(Stream.of(header), cells.stream())
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            return new Column(width, cells.stream().allMatch(cell -> cell.matches("-?[0-9][0-9.,]*( ?[a-zµ%]+)?")));
        }

        String padded(String cell) {
            String space = " ".repeat(width - cell.length());
            return isNumeric ? space + cell : cell + space;
        }
    }

    public enum OutputFormat implements WireNamed {
        TEXT,
        JSON,
        MARKDOWN
    }
}
