package app.rodmena.auth.views;

import app.rodmena.auth.metrics.TimingStatistics;
import app.rodmena.auth.schema.Description;
import app.rodmena.auth.schema.WireFormat;

@Description("Counts, rates and durations; percentiles are of the last minute")
public record Times(
        @Description("Start of counting, at start or by resetStatistics, in UTC, for example 2026-11-23T15:34:52.118Z")
        String since,

        @Description(value = "Count since then", unit = "times")
        long count,

        @Description(value = "Rate of the last minute", unit = "times per second")
        double perSecondOfLastMinute,

        @Description(value = "Rate of the last five minutes", unit = "times per second")
        double perSecondOfLast5Minutes,

        @Description(value = "Rate of the last fifteen minutes", unit = "times per second")
        double perSecondOfLast15Minutes,

        @Description(value = "Sum since the start of counting", unit = "milliseconds")
        double totalMillis,

        @Description(value = "Mean since the start of counting", unit = "milliseconds")
        double meanMillis,

        @Description(value = "Minimum", unit = "milliseconds")
        double leastMillis,

        @Description(value = "Median", unit = "milliseconds")
        double medianMillis,

        @Description(value = "75th percentile", unit = "milliseconds")
        double p75Millis,

        @Description(value = "95th percentile", unit = "milliseconds")
        double p95Millis,

        @Description(value = "99th percentile", unit = "milliseconds")
        double p99Millis,

        @Description(value = "99.9th percentile", unit = "milliseconds")
        double p999Millis,

        @Description(value = "Maximum", unit = "milliseconds")
        double mostMillis) {

    public static Times of(TimingStatistics statistics) {
        return new Times(
                WireFormat.time(statistics.since()),
                statistics.count(),
                statistics.rate1(),
                statistics.rate5(),
                statistics.rate15(),
                WireFormat.millis(statistics.total()),
                WireFormat.millis(statistics.mean()),
                WireFormat.millis(statistics.min()),
                WireFormat.millis(statistics.median()),
                WireFormat.millis(statistics.p75()),
                WireFormat.millis(statistics.p95()),
                WireFormat.millis(statistics.p99()),
                WireFormat.millis(statistics.p999()),
                WireFormat.millis(statistics.max()));
    }
}
