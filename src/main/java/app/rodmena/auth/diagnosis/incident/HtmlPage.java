package app.rodmena.auth.diagnosis.incident;

import app.rodmena.auth.diagnosis.Formats;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes a self-contained HTML file without scripts or external resources, for screens of any width and for printing.
 * Not thread-safe.
 */
final class HtmlPage {
    private static final String STYLE = """
            :root { color-scheme: light dark; --text: #1d2330; --quiet: #5b6475; --edge: #dde1e8; --back: #f4f5f8;
              --page: #fff; --bad: #c0392b; --area: #9db7e0; --line: #22427c }
            @media (prefers-color-scheme: dark) { :root { --text: #e6eaf2; --quiet: #9aa5b8; --edge: #2c3646;
              --back: #1b2330; --page: #10151d; --bad: #ff8a70; --area: #35537f; --line: #8fb4f0 } }
            body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 62em; padding: 0 1em;
              color: var(--text); background: var(--page) }
            h1 { font-size: 1.35em; border-left: .35em solid var(--bad); padding-left: .6em; overflow-wrap: anywhere }
            h1.neutral { border-color: var(--quiet) }
            h2 { font-size: 1.05em; margin: 1.8em 0 .4em }
            a { color: var(--line) }
            p.facts, figcaption { color: var(--quiet); margin: .3em 0 }
            .culprit { border-left: .35em solid var(--bad); background: var(--back); padding: .5em 1em }
            .culprit p { margin: .2em 0; font-weight: 600 }
            table { border-collapse: collapse; width: 100%; font-size: .85em }
            th, td { text-align: left; vertical-align: top; padding: .25em .7em .25em 0; border-bottom: 1px solid var(--edge) }
            th { color: var(--quiet); font-weight: 600 }
            td { overflow-wrap: break-word }
            td.time { white-space: nowrap }
            td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
            td.sql { font: .95em/1.4 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; min-width: 16em }
            code, pre { font: .9em/1.4 ui-monospace, monospace }
            pre { background: var(--back); padding: .7em .9em; white-space: pre-wrap; overflow-wrap: anywhere }
            figure { margin: .8em 0 }
            svg { width: 100%; height: auto }
            svg text { font-size: 11px; fill: var(--quiet) } .x { text-anchor: middle } .y { text-anchor: end }
            .frame, .start { fill: none; stroke: var(--quiet) } .start { stroke-dasharray: 2 3 } .area { fill: var(--area) }
            .line { fill: none; stroke: var(--line); stroke-width: 1.5 } .bad { fill: none; stroke: var(--bad); stroke-width: 1.5 }
            .limit { fill: none; stroke: var(--quiet); stroke-dasharray: 4 4 }
            .cpu { fill: #6fbf4b } .io { fill: #1f6fff } .lwLock { fill: #e377c2 } .lock, .band { fill: #c0281c }
            .ipc { fill: #17a2c4 } .client { fill: #d9a400 } .idleInTransaction { fill: #f0dc82 } .other { fill: #9aa5b1 }
            @media (max-width: 640px) {
              body { margin: .8em auto }
              tr:first-child:has(th) { display: none }
              tr, td { display: block }
              tr { border-bottom: 1px solid var(--edge); padding: .4em 0 }
              td, td.n { border: 0; padding: 0; text-align: left; white-space: normal }
              td.sql { white-space: pre-wrap }
              td:empty { display: none }
              td::before { content: attr(data-label) ": "; color: var(--quiet); font-family: system-ui, sans-serif }
              svg text { font-size: 18px }
              td { overflow-wrap: anywhere }
            }
            @media print { body { margin: 0; max-width: none } h2 { break-after: avoid } tr, figure { break-inside: avoid } }
            """;

    private static final int MAX_CELL_LENGTH = 160;

    private final StringBuilder html = new StringBuilder(65_536);

    /** @param neutral whether nothing is wrong */
    HtmlPage(String title, String sentence, boolean neutral) {
        html.append("<!doctype html><html lang='en'><head><meta charset='utf-8'><title>%s</title>"
                .formatted(escaped(title)));
        html.append("<meta name='viewport' content='width=device-width'><style>")
                .append(STYLE)
                .append("</style></head><body>");
        html.append("<h1%s>%s</h1>".formatted(neutral ? " class='neutral'" : "", escaped(sentence)));
    }

    /** Appends markup. */
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
            List<String> all = new ArrayList<>();
            lines.forEach(line -> all.add(line.asText()));
            heading(title).pre(String.join("\n", all));
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
