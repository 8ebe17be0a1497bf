package app.rodmena.auth.views;

import app.rodmena.auth.mbean.Describe;
import app.rodmena.auth.metrics.Statistics;

@Describe("How often something happened and how long it took; percentiles are of the last minute")
public record Times(
        @Describe("When counting began, at start or by resetStatistics, in UTC, as 2026-11-23T15:34:52.118Z")
        String since,

        @Describe(value = "How often since then", unit = "times")
        long count,

        @Describe(value = "How often in the last minute", unit = "times per second")
        double perSecondOfLastMinute,

        @Describe(value = "How often in the last five minutes", unit = "times per second")
        double perSecondOfLast5Minutes,

        @Describe(value = "How often in the last fifteen minutes", unit = "times per second")
        double perSecondOfLast15Minutes,

        @Describe(value = "All since counting began, together", unit = "milliseconds")
        double totalMillis,

        @Describe(value = "Mean of all since counting began", unit = "milliseconds")
        double meanMillis,

        @Describe(value = "The shortest", unit = "milliseconds")
        double leastMillis,

        @Describe(value = "Half of them were shorter", unit = "milliseconds")
        double medianMillis,

        @Describe(value = "Three quarters were shorter", unit = "milliseconds")
        double p75Millis,

        @Describe(value = "95 % were shorter", unit = "milliseconds")
        double p95Millis,

        @Describe(value = "99 % were shorter", unit = "milliseconds")
        double p99Millis,

        @Describe(value = "99.9 % were shorter", unit = "milliseconds")
        double p999Millis,

        @Describe(value = "The longest", unit = "milliseconds")
        double mostMillis) {

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
