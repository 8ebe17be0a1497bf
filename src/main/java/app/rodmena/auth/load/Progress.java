package app.rodmena.auth.load;

import java.time.Duration;
import java.util.Optional;

/**
 * How far it is.
 *
 * @param over requests that are over, well or not
 * @param share of the whole that is done, 0 to 1
 * @param planned how many there will be, if that is known
 * @param perSecond of the last second
 * @param p99Millis so far
 * @param errors so far
 * @param pool as it was last seen
 */
public record Progress(
        long over,
        double share,
        Optional<Long> planned,
        Duration elapsed,
        double perSecond,
        double p99Millis,
        long errors,
        Optional<PoolNumbers> pool) {
    Progress with(Optional<PoolNumbers> seen) {
        return new Progress(over, share, planned, elapsed, perSecond, p99Millis, errors, seen);
    }
}
