package app.rodmena.auth.incidents;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A line or area over fifteen minutes of seconds, as SVG to be put into a page. */
final class HistoryChart {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 110;
    private static final int BOTTOM = 20;
    private static final int SECONDS = 15 * 60;

    private final List<JsonNode> seconds;
    private final StringBuilder marks = new StringBuilder();
    private double top = 1;

    /** @param seconds the oldest first */
    HistoryChart(List<JsonNode> seconds) {
        this.seconds = seconds;
    }

    /** Makes room for these values; to be called for each line before any is drawn. */
    HistoryChart fit(ToDoubleFunction<JsonNode> value) {
        top = Math.max(top, seconds.stream().mapToDouble(value).max().orElse(1));
        return this;
    }

    /** @param style the class of the style sheet: one of {@code area}, {@code line}, {@code limit}, {@code bad} */
    HistoryChart draw(String style, ToDoubleFunction<JsonNode> value) {
        if (seconds.isEmpty()) {
            return this;
        }
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < seconds.size(); i++) {
            points.append(point(x(i), y(value.applyAsDouble(seconds.get(i)))));
        }
        if (style.equals("area")) {
            points.append(point(x(seconds.size() - 1), HEIGHT)).append(point(x(0), HEIGHT));
            marks.append("<polygon class='area' points='%s'/>"
                    .formatted(points.toString().strip()));
        } else {
            marks.append("<polyline class='%s' points='%s'/>"
                    .formatted(style, points.toString().strip()));
        }
        return this;
    }

    String svg(String title) {
        StringBuilder svg = new StringBuilder();
        svg.append("<figure><figcaption>%s</figcaption>".formatted(title));
        svg.append("<svg viewBox='-40 -8 %d %d' role='img' aria-label='%s'>"
                .formatted(WIDTH + 50, HEIGHT + BOTTOM + 8, title));
        svg.append("<path class='frame' d='M0 0V%dH%d'/>".formatted(HEIGHT, WIDTH));
        svg.append("<text class='y' x='-5' y='4'>%s</text><text class='y' x='-5' y='%d'>0</text>"
                .formatted(number(top), HEIGHT));
        for (int minutes = 0; minutes <= 15; minutes += 5) {
            int x = WIDTH - WIDTH * minutes / 15;
            svg.append("<text class='x' x='%d' y='%d'>%s</text>"
                    .formatted(x, HEIGHT + 15, minutes == 0 ? "then" : "-" + minutes + " min"));
        }
        return svg.append(marks).append("</svg></figure>").toString();
    }

    private double x(int index) {
        return WIDTH - (seconds.size() - 1 - index) * (double) WIDTH / SECONDS;
    }

    private double y(double value) {
        return HEIGHT - value / top * HEIGHT;
    }

    private static String point(double x, double y) {
        return String.format(Locale.ROOT, "%.1f,%.1f ", x, y);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 && value != Math.rint(value) ? "%.1f" : "%.0f", value);
    }
}
