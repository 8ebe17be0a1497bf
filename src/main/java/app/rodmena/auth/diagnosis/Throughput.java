package app.rodmena.auth.diagnosis;

import java.time.Duration;

/**
 * How fast connections come and go.
 *
 * @param perSecond how many were given back in a second, lately
 * @param medianUse how long half of them were out for less than, in the last minute; zero if there were none
 * @param medianOpening the same for opening one
 */
record Throughput(double perSecond, Duration medianUse, Duration medianOpening) {}
