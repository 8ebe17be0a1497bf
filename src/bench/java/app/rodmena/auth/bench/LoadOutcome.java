package app.rodmena.auth.bench;

import java.time.Duration;

/**
 * The result of a load.
 *
 * @param answers responses with status 200
 * @param errors requests with another status, a broken connection or no response
 * @param took duration of the load
 * @param median median of the latency
 * @param p99 99th percentile of the latency
 */
record LoadOutcome(long answers, long errors, Duration took, Duration median, Duration p99) {
    double perSecond() {
        return answers * 1e9 / took.toNanos();
    }
}
