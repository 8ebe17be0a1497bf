package app.rodmena.auth.jconsole;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Stroke;
import java.awt.geom.Path2D;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import javax.swing.JPanel;

/** A line chart of the pool since the tab was opened, at most fifteen minutes. For Swing's thread only. */
final class Chart extends JPanel {
    private static final long serialVersionUID = 1;
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());
    private static final Color GRID = new Color(0x88999999, true);
    private static final Stroke THIN = new BasicStroke(0.5f);
    private static final int LEFT = 40;
    private static final int RIGHT = 12;
    private static final int BOTTOM = 24;

    private final transient Deque<PoolReading> readings = new ArrayDeque<>();

    Chart() {
        setPreferredSize(new Dimension(700, 260));
        getAccessibleContext().setAccessibleName("Connections of the pool over time");
    }

    void add(PoolReading reading) {
        readings.addLast(reading);
        Instant oldest = reading.time().minus(LONGEST);
        while (readings.getFirst().time().isBefore(oldest)) {
            readings.removeFirst();
        }
        repaint();
    }

    @Override
    protected void paintComponent(Graphics graphics) {
        super.paintComponent(graphics);
        Graphics2D g = (Graphics2D) graphics.create();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setFont(getFont());
        int top = drawLegend(g);
        if (!readings.isEmpty()) {
            drawScale(g, top);
            for (Series series : Series.ALL) {
                g.setColor(series.color());
                g.setStroke(series.stroke());
                g.draw(line(series, top));
            }
        }
        g.dispose();
    }

    /** @return its height */
    private int drawLegend(Graphics2D g) {
        FontMetrics metrics = g.getFontMetrics();
        int x = LEFT;
        int y = metrics.getHeight() + 2;
        for (Series series : Series.ALL) {
            g.setColor(series.color());
            g.setStroke(series.stroke());
            g.drawLine(x, y - metrics.getAscent() / 2, x + 30, y - metrics.getAscent() / 2);
            g.setColor(getForeground());
            String label = readings.isEmpty() ? series.label() : series.label() + " " + series.of(readings.getLast());
            g.drawString(label, x + 36, y);
            x += 36 + metrics.stringWidth(label) + 24;
        }
        return y + 12;
    }

    private void drawScale(Graphics2D g, int top) {
        FontMetrics metrics = g.getFontMetrics();
        int highest = highest();
        int step = Math.max(1, (int) Math.ceil(highest / 5.0));
        for (int value = 0; value <= highest; value += step) {
            int y = (int) y(value, top);
            g.setColor(getForeground());
            g.drawString(Integer.toString(value), LEFT - 8 - metrics.stringWidth(Integer.toString(value)), y + 4);
            g.setColor(GRID);
            g.setStroke(THIN);
            g.drawLine(LEFT, y, getWidth() - RIGHT, y);
        }
        g.setColor(getForeground());
        for (int part = 0; part <= 3; part++) {
            Instant time = now().minus(span().multipliedBy(part).dividedBy(3));
            String label = CLOCK.format(time);
            int x = (int) x(time) - metrics.stringWidth(label) / 2;
            g.drawString(label, Math.min(x, getWidth() - metrics.stringWidth(label) - 2), getHeight() - 6);
        }
    }

    private Path2D line(Series series, int top) {
        Path2D line = new Path2D.Double();
        for (PoolReading reading : readings) {
            double x = x(reading.time());
            double y = y(series.of(reading), top);
            if (line.getCurrentPoint() == null) {
                line.moveTo(x, y);
            } else {
                // Counts change in steps
                line.lineTo(x, line.getCurrentPoint().getY());
                line.lineTo(x, y);
            }
        }
        return line;
    }

    private Instant now() {
        return readings.getLast().time();
    }

    /** The time range of the chart's width. */
    private Duration span() {
        Duration seen = Duration.between(readings.getFirst().time(), now());
        return seen.compareTo(SHORTEST) < 0 ? SHORTEST : seen;
    }

    private double x(Instant time) {
        double ago = Duration.between(time, now()).toMillis() / (double) span().toMillis();
        return getWidth() - RIGHT - ago * (getWidth() - LEFT - RIGHT);
    }

    private double y(int value, int top) {
        return getHeight() - BOTTOM - (double) value / highest() * (getHeight() - BOTTOM - top);
    }

    private int highest() {
        return readings.stream()
                .mapToInt(reading -> Math.max(reading.maximum(), reading.waiting()))
                .max()
                .orElse(1);
    }
}
