package app.rodmena.auth.pool.event;

import java.sql.Connection;
import java.time.Duration;

/**
 * A connection that is about to be handed out to a caller.
 *
 * @param connectionId the connection's number, unique within the process
 * @param backendPid the pid of the connection's PostgreSQL backend; 0 if unknown
 * @param checkouts number of earlier checkouts
 * @param connection for queries to PostgreSQL, in autocommit mode; must be left unchanged and open
 */
public record ConnectionCandidate(
        int connectionId, int backendPid, Duration age, long checkouts, CallContext caller, Connection connection) {}
