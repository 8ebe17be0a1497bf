package app.rodmena.auth.events;

import java.sql.SQLException;
import java.util.Optional;

/**
 * May refuse to let a connection be handed out. The connection is then closed, its caller gets another one, and the
 * pool tells {@link PoolEventKind#INVALIDATE} with the cause {@code vetoed by …}.
 *
 * <p>Called at every checkout, after the pool's own rules, on the thread that waits for the connection: whatever time
 * this takes is added to the caller's wait. Calls for different connections come at the same time. A caller whose
 * connections are vetoed again and again gets none once its pool_timeout is over; from the third on the pool takes its
 * time before it opens the next, so that PostgreSQL is not flooded with logins.
 *
 * <p>What an interceptor throws is logged once, counted, and is no veto.
 */
@FunctionalInterface
public interface PoolInterceptor {
    /**
     * Looks at a connection that is about to be handed out.
     *
     * @param candidate the connection, valid only until this returns
     * @return why it must not be handed out; empty if it may
     * @throws SQLException if that can't be known: no veto
     */
    Optional<String> veto(Candidate candidate) throws SQLException;
}
