package app.rodmena.auth.diagnosis.incident;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A chart of the connections in use by wait class, and below it the sessions that blocked them as bands, as inline SVG.
 */
final class ActivityChart {
    private static final int WIDTH = 900;
    private static final int LABEL_WIDTH = 200;
    private static final int HEIGHT = 110;
    private static final int LANE = 18;
    private static final int MAX_LANES = 5;

    /** The maximum time in seconds for which a sample stands, if the next one is later. */
    private static final double MAX_WIDTH = 3;

    /** The fields of a second, from the bottom of the stack, with their names. */
    private static final List<WaitClass> CLASSES = List.of(
            new WaitClass("cpu", "CPU"),
            new WaitClass("io", "IO"),
            new WaitClass("lwLock", "LWLock"),
            new WaitClass("lock", "Lock"),
            new WaitClass("ipc", "IPC"),
            new WaitClass("client", "Client"),
            new WaitClass("idleInTransaction", "idle in transaction"),
            new WaitClass("other", "other"));

    private final List<JsonNode> seconds;
    private final List<Double> times = new ArrayList<>();
    private final double start;
    private final double end;
    private final double top;

    private record WaitClass(String field, String name) {
        int in(JsonNode second) {
            return second.path(field).asInt();
        }
    }

    private record Band(double from, double to) {}

    /** @param seconds the sampled seconds, the oldest first; at least one */
    private ActivityChart(List<JsonNode> seconds) {
        this.seconds = seconds;
        seconds.forEach(
                second -> times.add(Instant.parse(second.path("time").asText()).toEpochMilli() / 1e3));
        start = times.get(0);
        end = Math.max(start + 10, times.get(times.size() - 1) + 1);
        top = Math.max(1, seconds.stream().mapToInt(ActivityChart::sum).max().orElse(1));
    }

    /**
     * The chart; empty without samples.
     *
     * @param incident the start of the incident, which is marked; empty for none
     */
    static String svg(List<JsonNode> seconds, String incident) {
        return seconds.isEmpty() ? "" : new ActivityChart(seconds).write(incident);
    }

    private static int sum(JsonNode second) {
        return CLASSES.stream().mapToInt(type -> type.in(second)).sum();
    }

    private String write(String incident) {
        Map<String, List<Band>> lanes = lanes();
        StringBuilder marks = new StringBuilder();
        List<String> shown = new ArrayList<>();
        int[] below = new int[seconds.size()];
        for (WaitClass type : CLASSES) {
            String path = path(type, below);
            if (!path.isEmpty()) {
                shown.add("<span><svg style='width:.8em;height:.8em' viewBox='0 0 9 9' aria-hidden='true'><rect class='"
                        + type.field + "' width='9' height='9'/></svg> " + type.name + "</span>");
                marks.append("<path class='%s' d='%s'/>".formatted(type.field, path));
            }
        }
        if (!incident.isEmpty()) {
            double at = Instant.parse(incident).toEpochMilli() / 1e3;
            marks.append("<path class='start' d='M%s 0V%s'/>".formatted(number(x(at)), HEIGHT));
        }
        int lane = 0;
        for (Map.Entry<String, List<Band>> blocker : lanes.entrySet()) {
            int y = HEIGHT + 24 + LANE * lane++;
            List<Band> bands = blocker.getValue();
            for (Band band : bands) {
                marks.append("<rect class='band' x='%s' y='%s' width='%s' height='%s'/>"
                        .formatted(number(x(band.from)), y, number(Math.max(2, x(band.to) - x(band.from))), LANE - 5));
            }
            double left = x(bands.get(0).from);
            double right = x(bands.get(bands.size() - 1).to);
            boolean isLate = left > WIDTH / 2.0;
            boolean isInside = !isLate && right + 6 > WIDTH - LABEL_WIDTH;
            marks.append("<text x='%s' y='%s'%s%s>%s</text>"
                    .formatted(
                            number(isLate ? left - 6 : isInside ? left + 6 : right + 6),
                            y + 11,
                            isLate ? " class='y'" : "",
                            isInside ? " style='fill:#fff'" : "",
                            HtmlPage.escaped(blocker.getKey())));
        }
        String title = "Connections in use by wait class of PostgreSQL"
                + (incident.isEmpty() ? "" : "; dotted: the start of the incident")
                + (lanes.isEmpty() ? "" : "; bands: the sessions that blocked them");
        return "<figure><figcaption>%s<br>%s</figcaption><svg viewBox='-40 -8 %s %s' role='img' aria-label='%s'>"
                        .formatted(
                                title,
                                String.join(" &nbsp; ", shown),
                                WIDTH + 60,
                                HEIGHT + 32 + LANE * lanes.size(),
                                title)
                + "<path class='frame' d='M0 0V%s H%s'/><text class='y' x='-5' y='6'>%s</text><text class='y' x='-5' y='%s'>0</text>"
                        .formatted(HEIGHT, WIDTH, (int) top, HEIGHT)
                + "<text x='0' y='%s'>%s</text><text class='y' x='%s' y='%s'>%s UTC</text>"
                        .formatted(HEIGHT + 15, clock(start), WIDTH, HEIGHT + 15, clock(end))
                + marks
                + "</svg></figure>";
    }

    /**
     * The rectangles of a wait class, one for each second in which it occurred.
     *
     * @param below the height of the lower classes in each second, to which this one is added
     */
    private String path(WaitClass type, int[] below) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < seconds.size(); i++) {
            int count = type.in(seconds.get(i));
            if (count > 0) {
                double next = i + 1 < times.size() ? times.get(i + 1) : end;
                double width = x(Math.min(next, times.get(i) + MAX_WIDTH)) - x(times.get(i));
                path.append("M%s %sh%sv%sh-%sz"
                        .formatted(
                                number(x(times.get(i))),
                                number(HEIGHT - below[i] / top * HEIGHT),
                                number(width),
                                number(-count / top * HEIGHT),
                                number(width)));
                below[i] += count;
            }
        }
        return path.toString();
    }

    /** The times at which each session blocked connections. */
    private Map<String, List<Band>> lanes() {
        Map<String, List<Band>> lanes = new LinkedHashMap<>();
        for (int i = 0; i < seconds.size(); i++) {
            double at = times.get(i);
            for (JsonNode blocker : seconds.get(i).path("blockers")) {
                String name = blocker.path("name").asText();
                if (lanes.size() == MAX_LANES && !lanes.containsKey(name)) {
                    continue;
                }
                List<Band> bands = lanes.computeIfAbsent(name, key -> new ArrayList<>());
                int last = bands.size() - 1;
                if (last >= 0 && at - bands.get(last).to <= MAX_WIDTH) {
                    bands.set(last, new Band(bands.get(last).from, at + 1));
                } else {
                    bands.add(new Band(at, at + 1));
                }
            }
        }
        return lanes;
    }

    private double x(double time) {
        return (time - start) / (end - start) * WIDTH;
    }

    private static String clock(double time) {
        return Instant.ofEpochMilli((long) (time * 1e3)).toString().replaceAll(".*T(..:..:..).*", "$1");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
