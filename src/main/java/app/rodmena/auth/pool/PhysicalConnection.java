package app.rodmena.auth.pool;

import app.rodmena.auth.events.Caller;
import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.postgres.NoPrimaryException;
import app.rodmena.auth.postgres.TransactionState;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * One connection to PostgreSQL, as Hikari sees it. Hikari calls {@link #isValid} and {@link #beginRequest} when it
 * hands the connection out, {@link #endRequest} when it has it back, and {@link #close} or {@link #abort} when it is
 * done with it; here these calls become the pool's rules and its events.
 *
 * <p>Every change of state happens under this object's lock and tells its event there, so that the events of one
 * connection are complete and in order, whatever breaks and on whichever thread.
 */
final class PhysicalConnection extends RememberingConnection {

    private enum State {
        IDLE,
        OUT,
        /** Idle, and to be closed. */
        RETIRING,
        CLOSING
    }

    /** For how long a connection that no caller has had is new, so that its end is a failure to open it. */
    private static final long NEW_NANOS = Duration.ofSeconds(1).toNanos();

    private final PoolState pool;
    private final Opener opener;
    private final int id;
    private final int backendPid;
    private final long openedNanos;
    private final int networkTimeout;

    // Volatile is what views read, without the lock: a listener may ask for them, under the lock of another one.
    private volatile State state = State.IDLE;
    private final int generation;
    private volatile Admission holder;
    private Admission deserted;
    private long outSinceNanos;
    private volatile long idleSinceNanos;
    private volatile long checkouts;
    private final CheckoutStacks.OfOneConnection stacks;
    private boolean leakSuspected;
    private boolean comingBack;
    private boolean markTold;

    /** How many statements there were when reports were last looked at; its user's thread only. */
    private long inspectedStatements;

    private String closeCause = "";

    /** Why it was closed although no caller ever had it, if that was a failure; else null. */
    private SQLException discarded;

    private String reclaimed = "";

    PhysicalConnection(PoolState pool, Opener opener, Connection delegate, int backendPid, int generation)
            throws SQLException {
        super(delegate, pool::now);
        this.pool = pool;
        this.opener = opener;
        this.networkTimeout = delegate.getNetworkTimeout();
        this.id = pool.nextId();
        this.backendPid = backendPid;
        this.openedNanos = pool.now();
        this.idleSinceNanos = openedNanos;
        this.stacks = pool.checkoutStacks.ofOneConnection();
        this.generation = generation;
    }

    int id() {
        return id;
    }

    int backendPid() {
        return backendPid;
    }

    long openedNanos() {
        return openedNanos;
    }

    /** Since when nobody has had it; only while that is so. */
    long idleSinceNanos() {
        return idleSinceNanos;
    }

    /** How often it was checked out; tells one use of the connection from the next. */
    long checkouts() {
        return checkouts;
    }

    /** How it is, as far as one can see without stopping whoever uses it. */
    ConnectionView view(Function<Connection, TransactionState> transactions) {
        long now = pool.now();
        Admission held = holder;
        Prepared prepared = lastPrepared();
        // Its holder is what tells whether it is in use; the state changes a moment before or after.
        var unheld = state == State.RETIRING || state == State.CLOSING
                ? ConnectionView.State.CLOSING
                : ConnectionView.State.IDLE;
        return new ConnectionView(
                id,
                backendPid,
                held == null ? unheld : ConnectionView.State.IN_USE,
                Duration.ofNanos(now - openedNanos),
                checkouts,
                Optional.ofNullable(held).map(admission -> admission.use(now)),
                prepared.sql(),
                prepared.age(now),
                prepared.number(),
                transactions.apply(delegate));
    }

    // What Hikari calls

    /** May it be handed out? Hikari quietly discards a connection that says no, and takes the next. */
    @Override
    public boolean isValid(int timeoutSeconds) {
        Borrower borrower = Borrower.current();
        if (borrower == null) {
            return isUnused() || PrePinger.ping(delegate, pool.settings, Duration.ofSeconds(timeoutSeconds)) == null;
        }
        if (state != State.IDLE) {
            return false; // Given back in the very moment in which it was reclaimed.
        }
        return borrower.isThePool() || Checkup.passes(this, pool, borrower);
    }

    @Override
    public void beginRequest() {
        Borrower borrower = Borrower.current();
        synchronized (this) {
            if (state != State.IDLE) {
                return; // The pool shut down in between.
            }
            borrower.got = this;
            if (borrower.isThePool()) {
                return;
            }
            long now = borrower.validAtNanos;
            state = State.OUT;
            checkouts++;
            if (checkouts == 1) {
                opener.noteFirstCheckout();
            }
            outSinceNanos = now;
            holder = borrower.admission()
                    .heldFrom(
                            now, stacks.areWanted(borrower.admission().caller().route(), checkouts, now));
            pool.ledger.checkedOut();
            tell(PoolEventKind.CHECKOUT, now, now - borrower.admission().arrivedNanos(), "");
        }
    }

    @Override
    public synchronized void endRequest() {
        if (state == State.OUT) {
            pool.ledger.checkedIn();
            comeBack(State.IDLE);
        }
    }

    @Override
    public void close() throws SQLException {
        if (startClosing()) {
            try {
                if (reclaimed.isEmpty()) {
                    delegate.close();
                } else {
                    cutOff();
                }
            } finally {
                finishClosing();
                if (deserted != null) {
                    deserted.giveBack(); // Whoever held it may never notice, and others are waiting.
                }
            }
        }
    }

    /** Ends it, whatever it is at. Hikari does not hear of this, so its place comes back with the lease only. */
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
            cutOff();
        } finally {
            finishClosing();
        }
    }

    private void cutOff() {
        Connection raw = delegate;
        if (!reclaimed.isEmpty()) {
            delegate = Reclaimed.connection(reclaimed);
        }
        Severance.cut(raw, pool.source);
    }

    /** Between uses the pool sets its own time limits, so Hikari's changes around a validation cost nothing. */
    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        if (state == State.OUT) {
            delegate.setNetworkTimeout(executor, milliseconds);
        }
    }

    // What Hikari asks of a new connection. It keeps some answers of its first connection for good, and does not notice
    // all failures to get them, so that they must not depend on whether the server still answers on that connection.

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

    // What the pool calls

    /** It is open and its slot taken; from here on it counts. */
    synchronized void tellOpened(long tookNanos) {
        pool.add(this);
        int open = pool.ledger.opened();
        tell(PoolEventKind.CONNECT, tookNanos, "");
        if (open > pool.settings.poolSize()) {
            tell(PoolEventKind.OVERFLOW_OPEN, 0, "");
        }
    }

    /**
     * The caller with checkout number {@code checkout} is about to give the connection back. Should it be closed rather
     * than kept? If so it counts as checked in from here, and Hikari must be told to evict it.
     */
    synchronized boolean retireAtCheckin(long checkout, boolean wanted) {
        if (state != State.OUT || checkouts != checkout) {
            return false;
        }
        comingBack = true;
        if (isMarked()) {
            pool.ledger.checkedInToRetire();
            closeCause = "soft-invalidated";
        } else if (pool.ledger.checkInSurplus(pool.settings, wanted)) {
            closeCause = "not needed";
        } else {
            return false;
        }
        comeBack(State.RETIRING);
        return true;
    }

    /** The pool holds it, idle: to be closed if more than {@code keep} are open. */
    synchronized boolean retireIfAbove(int keep, String cause) {
        if (state != State.IDLE || !pool.ledger.retireIdleAbove(keep)) {
            return false;
        }
        state = State.RETIRING;
        closeCause = cause;
        return true;
    }

    /** Suspects a leak, once for each checkout, if it has been out for longer than the threshold. */
    synchronized void suspectLeak(long now, Duration threshold) {
        if (state == State.OUT && !leakSuspected && now - outSinceNanos > threshold.toNanos()) {
            leakSuspected = true;
            pool.checkoutStacks.recordFromNowOn(holder.caller().route());
            tell(PoolEventKind.LEAK_SUSPECTED, now - outSinceNanos, "held longer than leak_threshold");
        }
    }

    /** What its holder has, if it has had it for longer than that. */
    synchronized Optional<Lease> heldLongerThan(Duration limit, long now) {
        return state == State.OUT && now - outSinceNanos > limit.toNanos()
                ? Optional.ofNullable(holder.lease)
                : Optional.empty();
    }

    /**
     * The caller with checkout number {@code checkout} loses the connection: it counts as checked in from here, and
     * Hikari must be told to evict it. False if that caller does not have it any more.
     */
    synchronized boolean reclaim(long checkout) {
        if (state != State.OUT || checkouts != checkout) {
            return false;
        }
        long heldNanos = pool.now() - outSinceNanos;
        String why = "reclaim_leaks_after: taken from " + holder.holder();
        tell(PoolEventKind.LEAK_RECLAIMED, heldNanos, why);
        reclaimed = "connection %s was reclaimed after %s ms; %s".formatted(id, heldNanos / 1_000_000, why);
        closeCause = "reclaimed";
        deserted = holder;
        leakSuspected = false;
        pool.ledger.checkedInToRetire();
        comeBack(State.RETIRING);
        return true;
    }

    /** Why it was taken from its last holder; empty if it was not. */
    synchronized String reclaimed() {
        return reclaimed;
    }

    /** Is it of a generation that the pool wants replaced? Told once, when it is first seen. */
    boolean isMarked() {
        if (generation == pool.generation) {
            return false;
        }
        tellMarked();
        return true;
    }

    /**
     * Looks at what PostgreSQL has reported with the answers to the last statements. Reports are read with an answer,
     * so that without a statement since the last look there is nothing new.
     */
    void inspectReports() {
        long statements = lastPrepared().number();
        if (statements != inspectedStatements) {
            inspectedStatements = statements;
            markIfUnusable();
        }
    }

    /** A session on a standby, or a read-only one: the others of the pool are likely to be on the same server. */
    boolean markIfUnusable() {
        Optional<? extends SQLException> problem = pool.source.reportedProblem(delegate);
        problem.ifPresent(this::markAll);
        return problem.isPresent();
    }

    /**
     * What its user's statement failed with: PostgreSQL before version 14 does not report that a session is read-only.
     */
    void inspectFailure(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && NoPrimaryException.SQL_STATE.equals(sql.getSQLState())
                    && !isReadOnlyByItsUser()) {
                markAll(sql);
                return;
            }
        }
    }

    private boolean isReadOnlyByItsUser() {
        try {
            return isReadOnly();
        } catch (SQLException e) {
            return false;
        }
    }

    private void markAll(SQLException why) {
        if (!isMarked()) { // Else it is an earlier server's.
            pool.markAll(String.valueOf(why.getMessage()));
        }
    }

    private synchronized void tellMarked() {
        if (!markTold && (state == State.IDLE || state == State.OUT)) {
            markTold = true;
            tell(PoolEventKind.SOFT_INVALIDATE, pool.now() - openedNanos, pool.markCause);
        }
    }

    /** It did not pass, which is told; to be closed. */
    synchronized void retire(PoolEventKind kind, long tookNanos, String cause) {
        if (state == State.IDLE) {
            tell(kind, tookNanos, cause);
        }
        retire(cause);
    }

    /** PostgreSQL did not answer on it; to be closed. One that was idle for a while was opened well, also if unused. */
    synchronized void retireBroken(long ageNanos, SQLException failure) {
        if (state == State.IDLE && isUnused() && ageNanos < NEW_NANOS) {
            discarded = failure;
        }
        retire(PoolEventKind.INVALIDATE, ageNanos, "pre-ping failed: " + failure.getMessage());
    }

    /** It did not pass; to be closed. */
    synchronized void retire(String cause) {
        if (state == State.IDLE) {
            pool.ledger.retireIdle();
            state = State.RETIRING;
            closeCause = cause;
        }
    }

    private void comeBack(State next) {
        long now = pool.now();
        if (leakSuspected) {
            leakSuspected = false;
            tell(PoolEventKind.LEAK_RETURNED, now - outSinceNanos, "");
        }
        tell(PoolEventKind.CHECKIN, now, now - outSinceNanos, "");
        state = next;
        holder = null;
        comingBack = false;
        idleSinceNanos = now;
    }

    /** The first to close it goes on; a connection that is out comes back by force. */
    private synchronized boolean startClosing() {
        switch (state) {
            case CLOSING -> {
                return false;
            }
            case RETIRING -> {}
            case IDLE -> {
                pool.ledger.retireIdle();
                closeCause = whyIdleAndClosed();
            }
            case OUT -> {
                tellWhyOutAndClosed();
                deserted = holder;
                pool.ledger.checkedInToRetire();
                comeBack(State.CLOSING);
            }
        }
        state = State.CLOSING;
        return true;
    }

    /** The thread that opens connections closes one only if Hikari could not set it up. */
    private String whyIdleAndClosed() {
        if (pool.closing) {
            return "the pool is closed";
        }
        if (isUnused() && opener.isOpeningThread()) {
            discarded = new SQLException("HikariCP closed connection " + id + " while it was being set up", "08006");
            return "discarded";
        }
        return "evicted";
    }

    private void tellWhyOutAndClosed() {
        if (pool.closing) {
            closeCause = "the pool is closed";
        } else if (comingBack && !Severance.isBroken(delegate)) {
            closeCause = "evicted";
        } else {
            closeCause = "broke in use";
            tell(PoolEventKind.INVALIDATE, pool.now() - openedNanos, closeCause);
        }
    }

    private void finishClosing() {
        tellClosed();
        pool.freeSlot();
        SQLException failure = discarded;
        if (failure != null) {
            opener.noteDiscard(failure, pool.now() - openedNanos);
        }
    }

    private synchronized void tellClosed() {
        long age = pool.now() - openedNanos;
        pool.remove(this);
        if (pool.ledger.closed() > pool.settings.poolSize()) {
            tell(PoolEventKind.OVERFLOW_CLOSE, age, "");
        }
        tell(PoolEventKind.CLOSE, age, closeCause);
    }

    private void tell(PoolEventKind kind, long tookNanos, String cause) {
        tell(kind, pool.now(), tookNanos, cause);
    }

    private void tell(PoolEventKind kind, long now, long tookNanos, String cause) {
        Admission held = holder;
        pool.emit(kind, now, id, backendPid, tookNanos, held == null ? Caller.NOBODY : held.caller(), cause);
    }

    @Override
    public String toString() {
        return "connection " + id + " (pid " + backendPid + ")";
    }
}
