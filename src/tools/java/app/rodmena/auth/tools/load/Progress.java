package app.rodmena.auth.tools.load;

import java.time.Duration;
import java.util.Optional;

/**
 * The progress of a load test.
 *
 * @param ended requests that have ended, successfully or not
 * @param share the share of the run that is done, 0 to 1
 * @param planned the total number of requests, if it is known
 * @param perSecond requests per second in the last second
 * @param p99Millis 99th percentile of the latency so far, in milliseconds
 * @param errors failed requests so far
 * @param pool the last sample of the pool
 */
public record Progress(
        long ended,
        double share,
        Optional<Long> planned,
        Duration elapsed,
        double perSecond,
        double p99Millis,
        long errors,
        Optional<HealthSample> pool) {
    Progress with(Optional<HealthSample> sample) {
        return new Progress(ended, share, planned, elapsed, perSecond, p99Millis, errors, sample);
    }
}
