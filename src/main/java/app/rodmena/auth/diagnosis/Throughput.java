package app.rodmena.auth.diagnosis;

import java.time.Duration;

/**
 * The throughput of the pool.
 *
 * @param perSecond the check-ins per second since a previous observation, measured over at least 500 ms
 * @param medianUse the median time in use in the last minute; zero if there was none
 * @param medianOpening the median time to open a connection in the last minute; zero if there was none
 */
record Throughput(double perSecond, Duration medianUse, Duration medianOpening) {}
