package app.rodmena.auth.views;

import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.metrics.Statistics;

@Describe("Counts, rates and durations; percentiles are of the last minute")
public record Times(
        @Describe("Start of counting, at start or by resetStatistics, in UTC, for example 2026-11-23T15:34:52.118Z")
        String since,

        @Describe(value = "Count since then", unit = "times")
        long count,

        @Describe(value = "Rate of the last minute", unit = "times per second")
        double perSecondOfLastMinute,

        @Describe(value = "Rate of the last five minutes", unit = "times per second")
        double perSecondOfLast5Minutes,

        @Describe(value = "Rate of the last fifteen minutes", unit = "times per second")
        double perSecondOfLast15Minutes,

        @Describe(value = "Sum since the start of counting", unit = "milliseconds")
        double totalMillis,

        @Describe(value = "Mean since the start of counting", unit = "milliseconds")
        double meanMillis,

        @Describe(value = "Minimum", unit = "milliseconds") double leastMillis,

        @Describe(value = "Median", unit = "milliseconds") double medianMillis,

        @Describe(value = "75th percentile", unit = "milliseconds")
        double p75Millis,

        @Describe(value = "95th percentile", unit = "milliseconds")
        double p95Millis,

        @Describe(value = "99th percentile", unit = "milliseconds")
        double p99Millis,

        @Describe(value = "99.9th percentile", unit = "milliseconds")
        double p999Millis,

        @Describe(value = "Maximum", unit = "milliseconds") double mostMillis) {

    public static Times of(Statistics statistics) {
        return new Times(
                Text.time(statistics.since()),
                statistics.count(),
                statistics.rate1(),
                statistics.rate5(),
                statistics.rate15(),
                Text.millis(statistics.total()),
                Text.millis(statistics.mean()),
                Text.millis(statistics.least()),
                Text.millis(statistics.median()),
                Text.millis(statistics.p75()),
                Text.millis(statistics.p95()),
                Text.millis(statistics.p99()),
                Text.millis(statistics.p999()),
                Text.millis(statistics.most()));
    }
}
