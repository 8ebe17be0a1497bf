package app.rodmena.auth.pool;

import java.time.Instant;

/**
 * One caller that waits for a connection.
 *
 * @param route the operation that needs the connection
 * @param tenant the tenant's fingerprint; {@code -} if there is none
 * @param since the time of arrival
 * @param deadline the time at which it is refused if no connection becomes free
 */
public record WaiterView(String route, String tenant, Instant since, Instant deadline) {}
