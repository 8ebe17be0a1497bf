package app.rodmena.auth.bench;

import java.time.Duration;

/**
 * What a load came to.
 *
 * @param answers the good ones only
 * @param errors whatever was asked and not answered well: another status than 200, a broken or silent connection
 * @param took how long the load lasted
 * @param median half of the answers took longer
 * @param p99 one in a hundred took longer
 */
record Outcome(long answers, long errors, Duration took, Duration median, Duration p99) {
    double perSecond() {
        return answers * 1e9 / took.toNanos();
    }
}
