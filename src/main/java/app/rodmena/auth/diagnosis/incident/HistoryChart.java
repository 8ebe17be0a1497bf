package app.rodmena.auth.diagnosis.incident;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A chart of up to 15 minutes of history with lines and areas, as inline SVG. */
final class HistoryChart {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 110;
    private static final int BOTTOM = 20;
    private static final int LABELS = 4;

    private final List<JsonNode> seconds;
    private final int minutes;
    private final double top;

    /**
     * A line of the chart.
     *
     * @param style its CSS class: one of {@code area}, {@code line}, {@code limit}, {@code bad}
     * @param field the JSON pointer to its value in a second
     */
    record Line(String style, String field) {
        double of(JsonNode second) {
            return second.at(field).asDouble();
        }
    }

    private HistoryChart(List<JsonNode> seconds, Line... lines) {
        this.seconds = seconds;
        this.minutes = IntStream.of(2, 5, 15)
                .filter(range -> seconds.size() <= range * 60)
                .findFirst()
                .orElse(15);
        this.top = Arrays.stream(lines)
                .flatMapToDouble(line -> seconds.stream().mapToDouble(line::of))
                .reduce(1, Math::max);
    }

    /** @param seconds the history, the oldest second first; at least one */
    static String svg(String title, List<JsonNode> seconds, Line... lines) {
        HistoryChart chart = new HistoryChart(seconds, lines);
        return chart.frame(title) + Arrays.stream(lines).map(chart::draw).collect(Collectors.joining())
                + "</svg></figure>";
    }

    private String draw(Line line) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < seconds.size(); i++) {
            points.append(point(x(i), y(line.of(seconds.get(i)))));
        }
        if (!line.style.equals("area")) {
            return "<polyline class='%s' points='%s'/>"
                    .formatted(line.style, points.toString().strip());
        }
        points.append(point(x(seconds.size() - 1), HEIGHT)).append(point(x(0), HEIGHT));
        return "<polygon class='area' points='%s'/>".formatted(points.toString().strip());
    }

    private String frame(String title) {
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
        return svg.toString();
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
