package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.diagnosis.Formats;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Writes a self-contained HTML file without scripts or external resources, for screens of any width and for printing.
 * Not thread-safe.
 */
final class HtmlPage {
    private static final String STYLE = read("page.css");

    private static final int MAX_CELL_LENGTH = 160;

    private final StringBuilder html = new StringBuilder(65_536);

    /** @param neutral whether nothing is wrong */
    HtmlPage(String title, String sentence, boolean neutral) {
        html.append("<!doctype html><html lang='en'><head><meta charset='utf-8'><title>%s</title>"
                .formatted(escaped(title)));
        html.append(
                "<meta name='viewport' content='width=device-width'><style>%s</style></head><body>".formatted(STYLE));
        html.append("<h1%s>%s</h1>".formatted(neutral ? " class='neutral'" : "", escaped(sentence)));
    }

    private static String read(String resource) {
        try (InputStream file = HtmlPage.class.getResourceAsStream(resource)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    HtmlPage append(String markup) {
        html.append(markup);
        return this;
    }

    HtmlPage facts(String text) {
        return append("<p class='facts'>%s</p>".formatted(escaped(text)));
    }

    HtmlPage paragraph(String text) {
        return append("<p>%s</p>".formatted(escaped(text)));
    }

    HtmlPage heading(String text) {
        return append("<h2>%s</h2>".formatted(escaped(text)));
    }

    HtmlPage pre(String text) {
        return append("<pre>%s</pre>".formatted(escaped(text)));
    }

    /** Links to the pages of the admin listener. */
    HtmlPage links() {
        return append("<p class='facts'><a href='/dashboard'>Dashboard</a> · <a href='/diagnosis'>Diagnosis</a> ·"
                + " <a href='/incidents'>Incidents</a></p>");
    }

    /** A heading and lines of text; nothing if there are none. */
    HtmlPage lines(String title, JsonNode lines) {
        if (!lines.isEmpty()) {
            heading(title).pre(lines.valueStream().map(JsonNode::asText).collect(Collectors.joining("\n")));
        }
        return this;
    }

    /**
     * A heading and a table; nothing if there are no rows.
     *
     * @param columns field names, or {@code name:head}; a head that begins with # marks a numeric column, one with !
     *     SQL
     */
    HtmlPage table(String title, Iterable<JsonNode> rows, String... columns) {
        if (!rows.iterator().hasNext()) {
            return this;
        }
        if (!title.isEmpty()) {
            heading(title);
        }
        append("<table><tr>");
        for (String column : columns) {
            append("<th%s>%s</th>".formatted(column.contains(":#") ? " class='n'" : "", head(column)));
        }
        append("</tr>");
        for (JsonNode row : rows) {
            append("<tr>");
            for (String column : columns) {
                String style = column.contains(":#")
                        ? " class='n'"
                        : column.contains(":!")
                                ? " class='sql'"
                                : column.matches("(time|.*:time)") ? " class='time'" : "";
                append("<td%s data-label='%s'>%s</td>"
                        .formatted(style, head(column), cell(row.path(column.replaceFirst(":.*", "")))));
            }
            append("</tr>");
        }
        return append("</table>");
    }

    private static String head(String column) {
        String name = column.replaceFirst(":.*", "");
        String head = column.contains(":") ? column.replaceFirst(".*?:[#!]?", "") : name;
        return escaped(head.isEmpty() ? name.toLowerCase(Locale.ROOT) : head);
    }

    /** A value that is an object with a link and a text becomes a link. */
    private static String cell(JsonNode value) {
        if (value.isObject()) {
            return "<a href='%s'>%s</a>".formatted(text(value, "link"), text(value, "text"));
        }
        String text = plain(value);
        return escaped(value.isTextual() ? Formats.shortened(text, MAX_CELL_LENGTH) : text);
    }

    String end() {
        return html.append("</body></html>\n").toString();
    }

    /** A field as escaped text; empty if it is absent. */
    static String text(JsonNode node, String field) {
        return escaped(plain(node.path(field)));
    }

    private static String plain(JsonNode value) {
        if (value.isFloatingPointNumber()) {
            return String.format(Locale.ROOT, "%.1f", value.asDouble());
        }
        return value.isNull() ? "" : value.asText();
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;")
                .replace("\"", "&quot;");
    }
}
