package app.rodmena.auth.metrics;

import app.rodmena.auth.schema.Description;
import java.time.Duration;
import java.time.Instant;

/**
 * The statistics of one kind of duration. Percentiles, minimum and maximum cover the last minute, are within 1.6 %, and
 * are zero if it contains no duration. Rates are of the time since the start of counting if that is shorter.
 */
@Description("Counts, rates and durations; percentiles are of the last minute")
public record TimingStatistics(
        @Description("Start of counting, at start or by resetStatistics, in UTC, for example 2026-11-23T15:34:52.118Z")
        Instant since,

        @Description(value = "Count since then", unit = "times")
        long count,

        @Description("Sum since the start of counting") Duration total,

        @Description("Mean since the start of counting") Duration mean,

        @Description(name = "perSecondOfLastMinute", value = "Rate of the last minute", unit = "times per second")
        double rate1,

        @Description(
                name = "perSecondOfLast5Minutes",
                value = "Rate of the last five minutes",
                unit = "times per second")
        double rate5,

        @Description(
                name = "perSecondOfLast15Minutes",
                value = "Rate of the last fifteen minutes",
                unit = "times per second")
        double rate15,

        @Description(name = "least", value = "Minimum") Duration min,

        @Description("Median") Duration median,

        @Description("75th percentile") Duration p75,

        @Description("95th percentile") Duration p95,

        @Description("99th percentile") Duration p99,

        @Description("99.9th percentile") Duration p999,

        @Description(name = "most", value = "Maximum") Duration max) {}
