package app.rodmena.auth.metrics;

import java.time.Duration;

/**
 * What the durations of the last minute were like, all of them together.
 *
 * @param count how many there were
 * @param perSecond how many per second
 * @param mean their mean, within 1.6 %; zero if there were none
 * @param variation their squared coefficient of variation, variance / mean²: 0 where all are alike, 1 where they are
 *     exponential
 */
public record Moments(long count, double perSecond, Duration mean, double variation) {}
