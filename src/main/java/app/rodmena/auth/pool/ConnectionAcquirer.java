package app.rodmena.auth.pool;

import app.rodmena.auth.pool.event.RefusalReason;
import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Takes connections from Hikari for admitted callers. Thread-safe. */
record ConnectionAcquirer(
        PoolContext context, AdmissionQueue admissionQueue, ConnectionOpener opener, HikariPool hikari) {
    /** The interval at which a caller that waits in Hikari checks whether to continue waiting. */
    private static final long RECHECK_MILLIS = 50;

    /**
     * Waits for a connection until the last deadline of the batch, and refuses the requests whose deadline passes
     * earlier. On failure, refuses the remaining requests and returns the permit; the caller of this method completes
     * their futures.
     */
    Lease acquire(Permit permit, long nowNanos) throws NoConnectionException {
        CheckoutContext checkout = new CheckoutContext(permit);
        Lease lease = null;
        context.acquiring.incrementAndGet();
        checkout.begin();
        try {
            Connection connection = borrow(permit, checkout, nowNanos);
            lease = new Lease(this, permit, connection, checkout.connection);
            permit.lease = lease;
            return lease;
        } catch (NoConnectionException e) {
            admissionQueue.refuseAdmitted(permit.requests, e);
            throw e;
        } finally {
            CheckoutContext.end();
            context.acquiring.decrementAndGet();
            if (lease == null) {
                permit.release();
            }
        }
    }

    private Connection borrow(Permit permit, CheckoutContext checkout, long nowNanos) throws NoConnectionException {
        for (long now = nowNanos; ; now = context.now()) {
            if (permit.deadlineNanos() - now <= 0) {
                refuseExpired(permit, now);
            }
            ConnectionOpener.Outage outage = opener.outage();
            if (outage != null && outage.lastTriedNanos() - permit.arrivedNanos() >= 0) {
                throw new NoConnectionException(RefusalReason.DATABASE_DOWN, outage.cause());
            }
            try {
                long remainingMillis = TimeUnit.NANOSECONDS.toMillis(permit.deadlineNanos() - now);
                Connection connection = hikari.getConnection(Math.min(1 + remainingMillis, RECHECK_MILLIS));
                if (checkout.connection != null) {
                    return connection;
                }
            } catch (SQLException e) {
                // Timed out or interrupted: check below whether to continue.
            } catch (RuntimeException e) {
                if (!context.closing) { // Hikari can fail on connections that its own shutdown removes.
                    throw e;
                }
            }
            if (context.closing) {
                throw new NoConnectionException(RefusalReason.CLOSED, null);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new NoConnectionException(RefusalReason.INTERRUPTED, null);
            }
            if (admissionQueue.isUnwanted(permit)) {
                throw new NoConnectionException(RefusalReason.CANCELLED, null);
            }
        }
    }

    /**
     * Refuses the requests whose deadline has passed. After a reduction of pool_timeout, later requests of a batch can
     * have earlier deadlines.
     */
    private void refuseExpired(Permit permit, long nowNanos) throws NoConnectionException {
        List<AcquireRequest> expired = permit.removeExpired(nowNanos);
        Map<RefusalReason, List<AcquireRequest>> byReason =
                expired.stream().collect(Collectors.groupingBy(AcquireRequest::lateReason));
        for (var late : byReason.entrySet()) {
            NoConnectionException refusal = new NoConnectionException(late.getKey(), opener.lastFailure());
            admissionQueue
                    .refuseAdmitted(late.getValue(), refusal)
                    .forEach(request -> request.outcome.refused(refusal));
        }
        if (expired.containsAll(permit.requests)) {
            throw new NoConnectionException(expired.get(0).lateReason(), opener.lastFailure());
        }
    }
}
