package app.rodmena.auth.diagnosis;

import java.time.Duration;
import java.time.Instant;

/**
 * The callers that wait for a connection for the same operation.
 *
 * @param route the operation
 * @param count the number of callers
 * @param since the arrival of the caller that has waited longest
 * @param longest the time that it has waited
 */
public record WaiterGroup(String route, int count, Instant since, Duration longest) {}
