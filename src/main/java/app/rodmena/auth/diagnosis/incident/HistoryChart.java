package app.rodmena.auth.diagnosis.incident;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** A chart of up to 15 minutes of history with lines and areas, as inline SVG. Not thread-safe. */
final class HistoryChart {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 110;
    private static final int BOTTOM = 20;
    private static final int LABELS = 4;

    private final List<JsonNode> seconds;
    private final int minutes;
    private final StringBuilder marks = new StringBuilder();
    private double top = 1;

    /** @param seconds the history, the oldest second first */
    HistoryChart(List<JsonNode> seconds) {
        this.seconds = seconds;
        this.minutes = IntStream.of(2, 5, 15)
                .filter(range -> seconds.size() <= range * 60)
                .findFirst()
                .orElse(15);
    }

    /** Extends the scale to the values of a line; must be called for all lines before the first {@link #draw}. */
    HistoryChart fit(ToDoubleFunction<JsonNode> value) {
        top = Math.max(top, seconds.stream().mapToDouble(value).max().orElse(1));
        return this;
    }

    /** @param style the CSS class: one of {@code area}, {@code line}, {@code limit}, {@code bad} */
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
        svg.append("<svg viewBox='-40 -8 %s %s' role='img' aria-label='%s'>"
                .formatted(WIDTH + 60, HEIGHT + BOTTOM + 8, title));
        svg.append("<path class='frame' d='M0 0V%sH%s'/>".formatted(HEIGHT, WIDTH));
        svg.append("<text class='y' x='-5' y='4'>%s</text><text class='y' x='-5' y='%s'>0</text>"
                .formatted(number(top), HEIGHT));
        for (int label = 0; label <= LABELS; label++) {
            int ago = minutes * 60 * label / LABELS;
            svg.append("<text class='x' x='%s' y='%s'>%s</text>"
                    .formatted(WIDTH - WIDTH * label / LABELS, HEIGHT + 15, ago(ago)));
        }
        return svg.append(marks).append("</svg></figure>").toString();
    }

    private static String ago(int seconds) {
        return seconds == 0 ? "0:00" : String.format(Locale.ROOT, "-%d:%02d", seconds / 60, seconds % 60);
    }

    private double x(int index) {
        return WIDTH - (seconds.size() - 1 - index) * (double) WIDTH / (minutes * 60);
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
