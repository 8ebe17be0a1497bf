package app.rodmena.auth.pool.event;

import java.sql.SQLException;
import java.util.Optional;

/**
 * Can veto the checkout of a connection. The pool closes a vetoed connection, gives the caller another one, and emits
 * {@link PoolEventKind#INVALIDATE} with the cause {@code vetoed by …}.
 *
 * <p>Called at every checkout, after the pool's own checks, on the thread that waits for the connection, so its time is
 * part of the caller's wait. Calls for different connections are concurrent. From the third veto of one checkout on,
 * the pool delays opening the next connection, to avoid flooding PostgreSQL with logins; the checkout fails when
 * pool_timeout is over.
 *
 * <p>An exception is no veto; it is counted, and the first one is logged.
 */
@FunctionalInterface
public interface PoolInterceptor {
    /**
     * Inspects a connection that is about to be handed out.
     *
     * @param candidate the connection, valid only until this method returns
     * @return the reason of the veto; empty to allow the checkout
     * @throws SQLException if the connection cannot be inspected; no veto
     */
    Optional<String> veto(ConnectionCandidate candidate) throws SQLException;
}
