package app.rodmena.auth.pool;

import java.time.Instant;

/**
 * One caller that waits for a connection.
 *
 * @param route what wants it
 * @param tenant the tenant's fingerprint; {@code -} where there is none
 * @param since when it came
 * @param deadline when it will be refused, if none comes free before
 */
public record WaiterView(String route, String tenant, Instant since, Instant deadline) {}
