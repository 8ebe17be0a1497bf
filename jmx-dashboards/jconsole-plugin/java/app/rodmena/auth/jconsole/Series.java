package app.rodmena.auth.jconsole;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Stroke;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * A line of the chart. The colours (Okabe and Ito) are distinguishable for the colour-blind; the strokes differ, too.
 */
record Series(String label, Color color, Stroke stroke, ToIntFunction<PoolReading> value) {
    private static final Color LIMIT = new Color(0x999999);

    /** All lines, from the back to the front. */
    static final List<Series> ALL = List.of(
            new Series("maximum", LIMIT, stroke(1), PoolReading::maximum),
            new Series("pool_size", LIMIT, stroke(1, 2, 4), PoolReading::poolSize),
            new Series("idle", new Color(0x009E73), stroke(1.5f, 6, 3), PoolReading::idle),
            new Series("overflow", new Color(0xE69F00), stroke(1.5f, 2, 3), PoolReading::overflow),
            new Series("waiting", new Color(0xD55E00), stroke(2.5f, 10, 3, 2, 3), PoolReading::waiting),
            new Series("in use", new Color(0x0072B2), stroke(2.5f), PoolReading::checkedOut));

    int of(PoolReading reading) {
        return value.applyAsInt(reading);
    }

    private static Stroke stroke(float width, float... dash) {
        return new BasicStroke(
                width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dash.length == 0 ? null : dash, 0);
    }
}
