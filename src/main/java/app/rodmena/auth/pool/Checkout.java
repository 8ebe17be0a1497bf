package app.rodmena.auth.pool;

import app.rodmena.auth.pool.NoConnectionException.Reason;
import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Takes connections from Hikari for admitted callers. Thread-safe. */
final class Checkout {
    /** The interval at which a caller that waits in Hikari checks whether to continue waiting. */
    private static final long LOOK_UP_MILLIS = 50;

    private final PoolState state;
    private final Gate gate;
    private final BiConsumer<List<Ticket>, NoConnectionException> onRefused;
    private final Opener opener;
    private final HikariPool hikari;

    /**
     * @param onRefused is notified of admitted callers that receive no connection, before their futures are completed
     */
    Checkout(
            PoolState state,
            Gate gate,
            BiConsumer<List<Ticket>, NoConnectionException> onRefused,
            Opener opener,
            HikariPool hikari) {
        this.state = state;
        this.gate = gate;
        this.onRefused = onRefused;
        this.opener = opener;
        this.hikari = hikari;
    }

    Lease of(Admission admission) throws NoConnectionException {
        return of(admission, state.now());
    }

    /**
     * Waits for a connection until the last deadline of the batch, and refuses the requests whose deadline passes
     * before. On failure the remaining requests are reported to {@code onRefused} and the permit is returned; the
     * caller of this method completes their futures.
     */
    Lease of(Admission admission, long nowNanos) throws NoConnectionException {
        Borrower borrower = Borrower.of(admission);
        Lease lease = null;
        state.borrowing.incrementAndGet();
        borrower.begin();
        try {
            Connection connection = borrow(admission, borrower, nowNanos);
            lease = new Lease(hikari, state.source, gate, admission, connection, borrower.got);
            admission.lease = lease;
            return lease;
        } catch (NoConnectionException e) {
            onRefused.accept(admission.tickets(), e);
            throw e;
        } finally {
            Borrower.end();
            state.borrowing.decrementAndGet();
            if (lease == null) {
                admission.giveBack();
            }
        }
    }

    private Connection borrow(Admission admission, Borrower borrower, long nowNanos) throws NoConnectionException {
        for (long now = nowNanos; ; now = state.now()) {
            if (admission.deadlineNanos() - now <= 0) {
                refuseLate(admission, now);
            }
            Opener.Outage outage = opener.outage();
            if (outage != null && outage.lastTriedNanos() - admission.arrivedNanos() >= 0) {
                throw new NoConnectionException(Reason.DATABASE_DOWN, outage.cause());
            }
            try {
                long remainingMillis = TimeUnit.NANOSECONDS.toMillis(admission.deadlineNanos() - now);
                Connection connection = hikari.getConnection(Math.min(1 + remainingMillis, LOOK_UP_MILLIS));
                if (borrower.got != null) {
                    return connection;
                }
            } catch (SQLException e) {
                // Timed out or interrupted: check below whether to continue.
            } catch (RuntimeException e) {
                if (!state.closing) { // Hikari can fail on connections that its own shutdown removes.
                    throw e;
                }
            }
            if (state.closing) {
                throw new NoConnectionException(Reason.CLOSED, null);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new NoConnectionException(Reason.INTERRUPTED, null);
            }
        }
    }

    /**
     * Refuses the requests whose deadline has passed. After a reduction of pool_timeout, later requests of a batch can
     * have earlier deadlines.
     */
    private void refuseLate(Admission admission, long nowNanos) throws NoConnectionException {
        var late = admission.leaveBehind(nowNanos);
        if (late.isEmpty()) {
            throw new NoConnectionException(Reason.TIMEOUT, opener.lastFailure());
        }
        late.forEach(ticket -> gate.refuse(ticket, Reason.TIMEOUT, opener.lastFailure()));
    }
}
