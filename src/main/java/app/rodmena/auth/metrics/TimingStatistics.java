package app.rodmena.auth.metrics;

import java.time.Duration;
import java.time.Instant;

/**
 * The statistics of one kind of duration. Percentiles, minimum and maximum cover the last minute, and are zero if it
 * contains no duration.
 *
 * @param since start of counting: process start or the last reset
 * @param count number of durations since then
 * @param total sum of the durations since then
 * @param mean mean of the durations since then; zero if there were none
 * @param rate1 durations per second in the last minute, or since the start of counting if that is shorter
 * @param rate5 the same for 5 minutes
 * @param rate15 the same for 15 minutes
 * @param min minimum of the last minute; like all following values within 1.6 %
 * @param median 50th percentile of the last minute
 * @param p75 75th percentile
 * @param p95 95th percentile
 * @param p99 99th percentile
 * @param p999 99.9th percentile
 * @param max maximum of the last minute
 */
public record TimingStatistics(
        Instant since,
        long count,
        Duration total,
        Duration mean,
        double rate1,
        double rate5,
        double rate15,
        Duration min,
        Duration median,
        Duration p75,
        Duration p95,
        Duration p99,
        Duration p999,
        Duration max) {}
