package app.rodmena.auth.diagnosis;

import java.time.Duration;
import java.time.Instant;

/**
 * Those that wait for a connection for the same purpose.
 *
 * @param route what they want it for
 * @param count how many they are
 * @param since since when the first of them waits
 * @param longest how long that is
 */
public record WaiterGroup(String route, int count, Instant since, Duration longest) {}
