package app.rodmena.auth.metrics;

import java.time.Duration;
import java.time.Instant;

/**
 * What is known of one kind of duration. Percentiles, least and most are of the last minute, and zero if there was
 * nothing in it.
 *
 * @param since when counting began: at start, or at the last reset
 * @param count how many there were since then
 * @param total all since then together
 * @param mean of all since then; zero if there were none
 * @param rate1 how many per second in the last minute, or since the beginning if that is shorter
 * @param rate5 the same for five minutes
 * @param rate15 the same for fifteen minutes
 * @param least the shortest of the last minute; like all that follow within 1.6 %
 * @param median half of the last minute's were shorter
 * @param p75 three quarters were shorter
 * @param p95 95 % were shorter
 * @param p99 99 % were shorter
 * @param p999 99.9 % were shorter
 * @param most the longest of the last minute
 */
public record Statistics(
        Instant since,
        long count,
        Duration total,
        Duration mean,
        double rate1,
        double rate5,
        double rate15,
        Duration least,
        Duration median,
        Duration p75,
        Duration p95,
        Duration p99,
        Duration p999,
        Duration most) {}
