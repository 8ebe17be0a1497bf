package app.rodmena.auth.views;

import app.rodmena.auth.metrics.LatencySummary;
import app.rodmena.auth.metrics.PoolSecond;
import app.rodmena.auth.schema.WireFormat;
import java.time.Duration;

/**
 * One second of the pool's history, for charts; {@link PoolSecond} documents the numbers.
 *
 * @param time the end of the second, in UTC
 * @param waits the number of waits that ended in it
 * @param waitP50Millis the median wait; this and the following wait times are null if no wait ended
 * @param uses the number of check-ins in it
 */
public record SecondRow(
        String time,
        double spanMillis,
        int poolSize,
        int maxOverflow,
        int checkedOut,
        int idle,
        int overflow,
        int totalConnections,
        int waiting,
        int peakCheckedOut,
        double oldestWaitMillis,
        long checkouts,
        double checkoutsPerSecond,
        long timeouts,
        long rejections,
        long waits,
        Double waitP50Millis,
        Double waitP99Millis,
        Double waitMostMillis,
        long uses,
        Double useP50Millis,
        Double useP99Millis,
        Double useMostMillis) {

    public static SecondRow of(PoolSecond second) {
        LatencySummary waits = second.waits();
        LatencySummary uses = second.uses();
        return new SecondRow(
                WireFormat.time(second.time()),
                WireFormat.millis(second.span()),
                second.numbers().poolSize(),
                second.numbers().maxOverflow(),
                second.numbers().checkedOut(),
                second.numbers().idle(),
                second.numbers().overflow(),
                second.numbers().totalConnections(),
                second.numbers().waiting(),
                second.peakCheckedOut(),
                WireFormat.millis(second.oldestWait()),
                second.checkouts(),
                second.checkoutsPerSecond(),
                second.timeouts(),
                second.rejections(),
                waits.count(),
                millis(waits, waits.median()),
                millis(waits, waits.p99()),
                millis(waits, waits.max()),
                uses.count(),
                millis(uses, uses.median()),
                millis(uses, uses.p99()),
                millis(uses, uses.max()));
    }

    private static Double millis(LatencySummary latency, Duration time) {
        return latency.count() == 0 ? null : WireFormat.millis(time);
    }
}
