package app.rodmena.auth.tools.load;

import org.HdrHistogram.Histogram;

/** Latency of correct responses in milliseconds, to three significant digits; all 0 if there were none. */
public record ClientLatency(double mean, double p50, double p90, double p99, double p999, double max) {
    private static final double MICROS_PER_MILLI = 1000;

    static ClientLatency of(Histogram micros) {
        return new ClientLatency(
                micros.getTotalCount() == 0 ? 0 : micros.getMean() / MICROS_PER_MILLI,
                at(micros, 50),
                at(micros, 90),
                at(micros, 99),
                at(micros, 99.9),
                micros.getMaxValue() / MICROS_PER_MILLI);
    }

    private static double at(Histogram micros, double percentile) {
        return micros.getValueAtPercentile(percentile) / MICROS_PER_MILLI;
    }
}
