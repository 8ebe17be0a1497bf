package app.rodmena.auth.metrics;

import java.time.Duration;

/**
 * Count, rate, mean and variation of the durations of the last minute.
 *
 * @param count number of durations
 * @param perSecond durations per second
 * @param mean their mean, within 1.6 %; zero if there were none
 * @param variation their squared coefficient of variation, variance / mean²: 0 for constant durations, 1 for
 *     exponentially distributed ones
 */
public record DurationStats(long count, double perSecond, Duration mean, double variation) {}
