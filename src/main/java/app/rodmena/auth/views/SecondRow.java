package app.rodmena.auth.views;

import app.rodmena.auth.metrics.PoolSecond;

/**
 * One second of the pool, for a plot; {@link PoolSecond} says what the numbers are.
 *
 * @param time its end, in UTC
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
        TailRow waits,
        TailRow uses) {

    public static SecondRow of(PoolSecond second) {
        return new SecondRow(
                Text.time(second.time()),
                Text.millis(second.span()),
                second.numbers().poolSize(),
                second.numbers().maxOverflow(),
                second.numbers().checkedOut(),
                second.numbers().idle(),
                second.numbers().overflow(),
                second.numbers().totalConnections(),
                second.numbers().waiting(),
                second.peakCheckedOut(),
                Text.millis(second.oldestWait()),
                second.checkouts(),
                second.checkoutsPerSecond(),
                second.timeouts(),
                second.rejections(),
                TailRow.of(second.waits()),
                TailRow.of(second.uses()));
    }
}
