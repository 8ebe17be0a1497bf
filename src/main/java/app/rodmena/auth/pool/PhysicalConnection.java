package app.rodmena.auth.pool;

import app.rodmena.auth.common.SqlState;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.postgres.Connector;
import app.rodmena.auth.postgres.NoPrimaryException;
import app.rodmena.auth.postgres.TransactionState;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * A connection to PostgreSQL, as passed to Hikari. Hikari calls {@link #isValid} and {@link #beginRequest} to hand the
 * connection out, {@link #endRequest} when it is returned, and {@link #close} or {@link #abort} to discard it; this
 * class maps these calls to the pool's rules and events.
 *
 * <p>Every state change happens under the lock of this object and emits its event under the same lock, so that the
 * events of one connection are complete and in order, on any thread and also after failures.
 */
final class PhysicalConnection extends DelegatingConnection {

    private enum State {
        IDLE,
        IN_USE,
        /** Idle, and will be closed. */
        RETIRING,
        CLOSING
    }

    /** Stands for the SQL of a plain statement, which is unknown here and may contain values. */
    private static final String PLAIN_STATEMENT = "(a plain statement)";

    /**
     * A prepared statement.
     *
     * @param sql the text with placeholders, without values; empty if there was none
     * @param number number of statements prepared on the connection, including this one
     * @param atNanos the time of preparation on the pool's clock
     */
    record Prepared(String sql, long number, long atNanos) {
        /** Time since it was prepared; empty if there was none. */
        Optional<Duration> age(long nowNanos) {
            return number == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(Math.max(0, nowNanos - atNanos)));
        }
    }

    /** If a connection breaks within this time before its first checkout, opening it counts as failed. */
    private static final long NEW_NANOS = Duration.ofSeconds(1).toNanos();

    private final PoolContext pool;
    private final ConnectionOpener opener;
    final int id;
    final int backendPid;
    final long openedNanos;
    private final int networkTimeout;

    // Fields read by views are volatile and read without the lock, because a listener may request a view while it holds
    // the lock of another connection.
    private volatile State state = State.IDLE;
    private final int generation;
    private volatile Permit holder;
    private Permit revokedPermit;
    private long checkedOutNanos;

    /** The time of opening or of the last check-in; valid while the connection is idle. */
    volatile long idleSinceNanos;

    /** The number of checkouts; the current number identifies the current use. */
    volatile long checkouts;

    private final CheckoutStacks.Sampler stacks;
    private boolean leakSuspected;
    private boolean returning;
    private boolean markEmitted;

    /** The number of statements at the last inspection of reports; confined to the thread that uses the connection. */
    private long inspectedStatements;

    /** Kept without bound values, which could be secrets. */
    private volatile Prepared lastPrepared = new Prepared("", 0, 0);

    private String closeCause = "";

    /** The failure that closed the connection before its first checkout; else null. */
    private SQLException discarded;

    private String reclaimed = "";

    PhysicalConnection(PoolContext pool, ConnectionOpener opener, Connection delegate, int backendPid, int generation)
            throws SQLException {
        super(delegate);
        this.pool = pool;
        this.opener = opener;
        this.networkTimeout = delegate.getNetworkTimeout();
        this.id = pool.lastId.incrementAndGet();
        this.backendPid = backendPid;
        this.openedNanos = pool.now();
        this.idleSinceNanos = openedNanos;
        this.stacks = pool.checkoutStacks.newSampler();
        this.generation = generation;
    }

    /** A view of the connection, taken without the lock. */
    ConnectionView view(Function<Connection, TransactionState> transactions) {
        long now = pool.now();
        Permit permit = holder;
        Prepared prepared = lastPrepared;
        // The holder decides whether the connection is in use; the state changes slightly before or after it.
        var stateIfIdle = state == State.RETIRING || state == State.CLOSING
                ? ConnectionView.State.CLOSING
                : ConnectionView.State.IDLE;
        return new ConnectionView(
                id,
                backendPid,
                permit == null ? stateIfIdle : ConnectionView.State.IN_USE,
                Duration.ofNanos(now - openedNanos),
                checkouts,
                Optional.ofNullable(permit).map(inUse -> inUse.use(now)),
                prepared.sql(),
                prepared.age(now),
                prepared.number(),
                transactions.apply(delegate));
    }

    /** Called by the one thread that uses the connection; readers are concurrent. */
    @Override
    protected void beforeStatement(String sql) {
        lastPrepared = new Prepared(sql.isEmpty() ? PLAIN_STATEMENT : sql, lastPrepared.number + 1, pool.now());
    }

    // Called by Hikari

    /** Whether the connection may be handed out. Hikari discards a connection that is not valid, and takes the next. */
    @Override
    public boolean isValid(int timeoutSeconds) {
        CheckoutContext context = CheckoutContext.current();
        if (context == null) {
            // By JDBC, 0 is no limit.
            Duration limit = Duration.ofSeconds(timeoutSeconds == 0 ? Integer.MAX_VALUE : timeoutSeconds);
            return isUnused() || ConnectionValidator.ping(delegate, pool.settings, limit) == null;
        }
        if (state != State.IDLE) {
            return false; // Returned to Hikari concurrently with its reclaim.
        }
        return context.isPool() || ConnectionValidator.passes(this, pool, context);
    }

    @Override
    public void beginRequest() {
        CheckoutContext context = CheckoutContext.current();
        synchronized (this) {
            if (state != State.IDLE) {
                return; // The pool was shut down concurrently.
            }
            context.connection = this;
            if (context.isPool()) {
                return;
            }
            long now = context.validAtNanos;
            state = State.IN_USE;
            checkouts++;
            if (checkouts == 1) {
                opener.noteFirstCheckout();
            }
            checkedOutNanos = now;
            holder = context.permit.heldFrom(
                    now, stacks.shouldRecord(context.permit.caller().route(), checkouts, now));
            pool.counter.checkedOut();
            emit(PoolEventKind.CHECKOUT, now, now - context.permit.arrivedNanos(), "");
        }
    }

    @Override
    public synchronized void endRequest() {
        if (state == State.IN_USE) {
            pool.counter.checkedIn();
            checkIn(State.IDLE);
        }
    }

    @Override
    public void close() throws SQLException {
        if (startClosing()) {
            try {
                if (reclaimed.isEmpty()) {
                    delegate.close();
                } else {
                    sever();
                }
            } finally {
                finishClosing();
                if (revokedPermit != null) {
                    revokedPermit.release(); // Returned here, because the former holder may never close its lease.
                }
            }
        }
    }

    /**
     * Aborts the connection in any state. Hikari is not notified, so the permit is returned only when the lease is
     * closed.
     */
    @Override
    public void abort(Executor executor) {
        if (startClosing()) {
            try {
                executor.execute(this::abortNow);
            } catch (RuntimeException e) {
                abortNow();
            }
        }
    }

    private void abortNow() {
        try {
            sever();
        } finally {
            finishClosing();
        }
    }

    /** Cancels and aborts the connection in any state; takes at most one second. */
    private void sever() {
        Connection raw = delegate;
        if (!reclaimed.isEmpty()) {
            delegate = Lease.reclaimedConnection(reclaimed);
        }
        try {
            // Without a cancel, PostgreSQL would continue the statement until it detects the closed connection.
            pool.source.cancel(raw);
        } catch (SQLException | RuntimeException e) {
            // The cancel failed; statement_timeout ends the statement.
        }
        try {
            raw.abort(Runnable::run);
        } catch (SQLException e) {
            // The pool discards the connection in either case.
        }
    }

    /**
     * Ignored unless checked out: the pool sets its own timeouts, so that Hikari's changes around a validation cost no
     * round trip.
     */
    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        if (state == State.IN_USE) {
            delegate.setNetworkTimeout(executor, milliseconds);
        }
    }

    // Hikari reads these properties of a new connection. It keeps some values of its first connection permanently, and
    // ignores some failures to read them, so the values must not depend on whether the server still responds.

    private boolean isUnused() {
        return checkouts == 0;
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        return isUnused() ? networkTimeout : super.getNetworkTimeout();
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        return !isUnused() && super.isReadOnly();
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        return isUnused() || super.getAutoCommit();
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        return isUnused() ? TRANSACTION_READ_COMMITTED : super.getTransactionIsolation();
    }

    // Called by the pool

    synchronized void register(long tookNanos) {
        pool.connections.put(id, this);
        int open = pool.counter.opened();
        emit(PoolEventKind.CONNECT, tookNanos, "");
        if (open > pool.settings.poolSize()) {
            emit(PoolEventKind.OVERFLOW_OPEN, 0, "");
        }
    }

    /** Notes a broken connection before the next checkout; HikariCP closes it later, on another thread. */
    void noteIfBroken() {
        if (Connector.isBroken(delegate)) {
            pool.noteBroken();
        }
    }

    /**
     * Retires the connection if the caller with checkout number {@code checkout} is about to return it and it should be
     * closed. It then counts as checked in, and the caller of this method must evict it from Hikari.
     *
     * @param hasWaiting whether a caller waits for a connection
     * @return whether the connection was retired
     */
    synchronized boolean retireAtCheckin(long checkout, boolean hasWaiting) {
        if (state != State.IN_USE || checkouts != checkout) {
            return false;
        }
        returning = true;
        if (isMarked()) {
            pool.counter.checkInRetiring();
            closeCause = "soft-invalidated";
        } else if (pool.counter.checkInSurplus(pool.settings, hasWaiting)) {
            closeCause = "not needed";
        } else {
            return false;
        }
        checkIn(State.RETIRING);
        return true;
    }

    /** Retires the connection, which the pool has taken idle from Hikari, if more than {@code keep} are open. */
    synchronized boolean retireIfAbove(int keep, String cause) {
        if (state != State.IDLE || !pool.counter.retireIdleAbove(keep)) {
            return false;
        }
        state = State.RETIRING;
        closeCause = cause;
        return true;
    }

    /** Emits a suspected leak, once per checkout, if the connection has been in use for longer than the threshold. */
    synchronized void suspectLeak(long now, Duration threshold) {
        if (state == State.IN_USE && !leakSuspected && now - checkedOutNanos > threshold.toNanos()) {
            leakSuspected = true;
            pool.checkoutStacks.recordAlways(holder.caller().route());
            emit(PoolEventKind.LEAK_SUSPECTED, now - checkedOutNanos, "held longer than leak_threshold");
        }
    }

    /** The lease of the holder, if it is older than the limit. */
    synchronized Optional<Lease> heldLongerThan(Duration limit, long now) {
        return state == State.IN_USE && now - checkedOutNanos > limit.toNanos()
                ? Optional.ofNullable(holder.lease)
                : Optional.empty();
    }

    /**
     * Revokes the connection from the caller with checkout number {@code checkout}. It then counts as checked in, and
     * the caller of this method must evict it from Hikari.
     *
     * @return false if that caller no longer has the connection
     */
    synchronized boolean reclaim(long checkout) {
        if (state != State.IN_USE || checkouts != checkout) {
            return false;
        }
        long heldNanos = pool.now() - checkedOutNanos;
        String reason = "reclaim_leaks_after: taken from " + holder.holder();
        emit(PoolEventKind.LEAK_RECLAIMED, heldNanos, reason);
        reclaimed = "connection %s was reclaimed after %s ms; %s".formatted(id, heldNanos / 1_000_000, reason);
        closeCause = "reclaimed";
        revokedPermit = holder;
        leakSuspected = false;
        pool.counter.checkInRetiring();
        checkIn(State.RETIRING);
        return true;
    }

    /** The reason of its revocation; empty if it was not revoked. */
    synchronized String reclaimed() {
        return reclaimed;
    }

    /** Whether the connection belongs to an invalidated generation. Emits the event when it is first detected. */
    boolean isMarked() {
        if (generation == pool.generation) {
            return false;
        }
        emitMarked();
        return true;
    }

    /**
     * Evaluates the status reports of PostgreSQL. They are received with responses, so nothing is new unless a
     * statement was prepared since the last inspection.
     */
    void inspectReports() {
        long statements = lastPrepared.number();
        if (statements != inspectedStatements) {
            inspectedStatements = statements;
            markIfUnusable();
        }
    }

    /**
     * Marks all connections if this session is on a standby or read-only, because the others are likely to be on the
     * same server.
     *
     * @return whether the session is unusable
     */
    boolean markIfUnusable() {
        Optional<NoPrimaryException> problem = pool.source.reportedProblem(delegate);
        problem.ifPresent(this::markAll);
        return problem.isPresent();
    }

    /**
     * Marks all connections if a statement failed because the session is read-only; PostgreSQL before version 14 does
     * not report this state.
     */
    void inspectFailure(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && SqlState.READ_ONLY.equals(sql.getSQLState())
                    && !isReadOnlyByCaller()) {
                markAll(sql);
                return;
            }
        }
    }

    private boolean isReadOnlyByCaller() {
        try {
            return isReadOnly();
        } catch (SQLException e) {
            return false;
        }
    }

    private void markAll(SQLException reason) {
        if (!isMarked()) { // A marked connection may belong to a previous server.
            pool.markAll(String.valueOf(reason.getMessage()));
        }
    }

    private synchronized void emitMarked() {
        if (!markEmitted && (state == State.IDLE || state == State.IN_USE)) {
            markEmitted = true;
            emit(PoolEventKind.SOFT_INVALIDATE, pool.now() - openedNanos, pool.markCause);
        }
    }

    /** Retires an idle connection after a failed validation, and emits the event. */
    synchronized void retire(PoolEventKind kind, long tookNanos, String cause) {
        if (state == State.IDLE) {
            emit(kind, tookNanos, cause);
        }
        retire(cause);
    }

    /**
     * Retires a connection after a failed pre-ping. An unused connection that was open for a while was opened
     * successfully.
     */
    synchronized void retireBroken(long ageNanos, SQLException failure) {
        if (state == State.IDLE && isUnused() && ageNanos < NEW_NANOS) {
            discarded = failure;
        }
        retire(PoolEventKind.INVALIDATE, ageNanos, "pre-ping failed: " + failure.getMessage());
    }

    /** Retires an idle connection after a failed validation. */
    synchronized void retire(String cause) {
        if (state == State.IDLE) {
            pool.counter.retireIdle();
            state = State.RETIRING;
            closeCause = cause;
        }
    }

    private void checkIn(State next) {
        long now = pool.now();
        if (leakSuspected) {
            leakSuspected = false;
            emit(PoolEventKind.LEAK_RETURNED, now - checkedOutNanos, "");
        }
        emit(PoolEventKind.CHECKIN, now, now - checkedOutNanos, "");
        state = next;
        holder = null;
        returning = false;
        idleSinceNanos = now;
    }

    /** Moves the connection to CLOSING, and checks it in if it is in use; false if it is already closing. */
    private synchronized boolean startClosing() {
        switch (state) {
            case CLOSING -> {
                return false;
            }
            case RETIRING -> {}
            case IDLE -> {
                pool.counter.retireIdle();
                closeCause = causeOfClosingIdle();
            }
            case IN_USE -> {
                setCauseOfClosingInUse();
                revokedPermit = holder;
                pool.counter.checkInRetiring();
                checkIn(State.CLOSING);
            }
        }
        state = State.CLOSING;
        return true;
    }

    /** The cause of closing an idle connection. The opening thread closes one only if Hikari failed to set it up. */
    private String causeOfClosingIdle() {
        if (pool.closing) {
            return "the pool is closed";
        }
        if (isUnused() && Thread.currentThread() == opener.openingThread) {
            discarded = new SQLException(
                    "HikariCP closed connection " + id + " while it was being set up", SqlState.CONNECTION_FAILURE);
            return "discarded";
        }
        return "evicted";
    }

    private void setCauseOfClosingInUse() {
        if (pool.closing) {
            closeCause = "the pool is closed";
        } else if (returning && !Connector.isBroken(delegate)) {
            closeCause = "evicted";
        } else {
            closeCause = "broke in use";
            pool.noteBroken();
            emit(PoolEventKind.INVALIDATE, pool.now() - openedNanos, closeCause);
        }
    }

    private void finishClosing() {
        emitClosed();
        pool.freeSlot();
        SQLException failure = discarded;
        if (failure != null) {
            opener.noteDiscard(failure, pool.now() - openedNanos);
        }
    }

    private synchronized void emitClosed() {
        long age = pool.now() - openedNanos;
        pool.connections.remove(id);
        if (pool.counter.closed() > pool.settings.poolSize()) {
            emit(PoolEventKind.OVERFLOW_CLOSE, age, "");
        }
        emit(PoolEventKind.CLOSE, age, closeCause);
    }

    private void emit(PoolEventKind kind, long tookNanos, String cause) {
        emit(kind, pool.now(), tookNanos, cause);
    }

    private void emit(PoolEventKind kind, long now, long tookNanos, String cause) {
        Permit permit = holder;
        CallContext caller = permit == null ? CallContext.POOL : permit.caller();
        pool.emit(kind, now, id, backendPid, tookNanos, caller, cause, Optional.empty());
    }

    @Override
    public String toString() {
        return "connection " + id + " (pid " + backendPid + ")";
    }
}
