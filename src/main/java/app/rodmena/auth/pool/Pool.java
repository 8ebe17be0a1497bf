package app.rodmena.auth.pool;

import app.rodmena.auth.common.DaemonThreads;
import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.pool.BatchQueue.PendingRequest;
import app.rodmena.auth.pool.RefusalListener.QueueSnapshot;
import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEvents;
import app.rodmena.auth.pool.event.PoolInterceptors;
import app.rodmena.auth.pool.event.RefusalReason;
import app.rodmena.auth.postgres.Connector;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A connection pool with the semantics of SQLAlchemy's QueuePool: pool_size connections stay open once opened; up to
 * max_overflow more are opened while all of these are checked out.
 *
 * <p>A caller passes a fair {@link AdmissionQueue}, then takes a connection from HikariCP. The connections in HikariCP
 * are {@link PhysicalConnection}s, opened by {@link ConnectionOpener} within the limits of {@link ConnectionCounter}.
 * Thread-safe.
 */
public final class Pool implements AutoCloseable {
    @FunctionalInterface
    public interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    private static final long CANCEL_AGAIN_MILLIS = 100;

    final PoolContext context;
    final AdmissionQueue admissionQueue;
    private final ConnectionOpener opener;
    final ConnectionAcquirer acquirer;
    private final HikariDataSource hikariDataSource;
    final HikariPool hikari;
    private final ExecutorService workers;
    private final ScheduledThreadPoolExecutor timer;
    private final DeadlineTimer deadlines = new DeadlineTimer();
    private final Housekeeper housekeeper;
    private final List<RefusalListener> refusalListeners = new CopyOnWriteArrayList<>();

    @SuppressWarnings("FutureReturnValueIgnored") // Maintenance never throws; it ends with the timer.
    public Pool(
            String name,
            String applicationName,
            PoolSettings settings,
            Connector source,
            PoolEvents events,
            PoolInterceptors interceptors) {
        this(name, new PoolContext(applicationName, settings, source, events, interceptors, System::nanoTime));
        timer.scheduleWithFixedDelay(housekeeper::run, 1, 1, TimeUnit.SECONDS);
    }

    /** A pool for tests, which control its clock and call {@link #tick}. */
    Pool(String name, PoolContext context) {
        this.context = context;
        admissionQueue = new AdmissionQueue(context.settings, context.clock, this::notifyRefused);
        opener = new ConnectionOpener(context, cause -> admissionQueue.refuseAll(RefusalReason.DATABASE_DOWN, cause));
        hikariDataSource = HikariEngine.start(name, opener, context.settings.maximum());
        hikari = (HikariPool) hikariDataSource.getHikariPoolMXBean();
        acquirer = new ConnectionAcquirer(context, admissionQueue, opener, hikari);
        workers = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                DaemonThreads.numbered("db-" + name));
        timer = new ScheduledThreadPoolExecutor(
                1, DaemonThreads.numbered("pool-" + name + "-clock"), new ThreadPoolExecutor.DiscardPolicy());
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        housekeeper = new Housekeeper(context, hikari, opener, workers);
    }

    /**
     * Runs {@code work} on a connection, as soon as one is free, on a thread of the pool. Never blocks the calling
     * thread.
     *
     * @return completes after the connection was returned, on a thread of the pool, which dependent stages must not
     *     block: other callers may be waiting for it. Completes exceptionally with a {@link NoConnectionException} if
     *     no connection was available in time, or with the exception of {@code work}. Cancelling the future removes the
     *     caller from the queue, or cancels the running statement
     */
    @SuppressWarnings("unchecked") // The queue's result is the one of the work.
    public <T> CompletionStage<T> call(CallContext caller, Work<T> work) {
        return (CompletionStage<T>) call(admissionQueue.unbatched, caller, work);
    }

    /**
     * Submits a request to a batch queue, which may process it in a batch with others. Never blocks the calling thread.
     *
     * @return completes like the result of {@link #call(CallContext, Work)}, with the result of the queue's task. A
     *     running statement is cancelled once all requests of its batch are cancelled or past their deadlines
     */
    public <Q, A> CompletionStage<A> call(BatchQueue<Q, A> queue, CallContext caller, Q input) {
        PendingRequest<Q, A> request = new PendingRequest<>(this, queue, input);
        request.acquireRequest = newRequest(queue, caller, request);
        // Before the request can complete, because its dependent stages may make the caller's next call.
        caller.cancellation().onCancel(request.onCancel);
        enter(request.acquireRequest);
        return request;
    }

    void startBatch(BatchQueue<?, ?> queue, Permit permit) {
        try {
            workers.execute(() -> queue.run(permit, acquirer));
        } catch (Throwable noThread) {
            // Not on this thread: admitting the next request would fail the same way, recursively.
            timer.execute(permit::release);
            queue.fail(permit, context.closing ? new NoConnectionException(RefusalReason.CLOSED, null) : noThread);
        }
    }

    void cancel(AcquireRequest request) {
        if (admissionQueue.cancel(request)) {
            context.emitRefused(request, new NoConnectionException(RefusalReason.CANCELLED, null));
            cancelIfUnwanted(request);
        }
    }

    /** Cancels the running statement of the batch of a request if no request of the batch wants the result. */
    void cancelIfUnwanted(AcquireRequest request) {
        Permit permit = request.permit;
        if (permit != null && admissionQueue.isUnwanted(permit)) {
            timer.execute(() -> cancelStatement(permit));
        }
    }

    /** Cancels until the permit is returned: a cancel that arrives before the statement has no effect. */
    @SuppressWarnings("FutureReturnValueIgnored") // The timer ends with the pool.
    private void cancelStatement(Permit permit) {
        if (!admissionQueue.isUnwanted(permit)) {
            return;
        }
        Lease lease = permit.lease;
        if (lease != null) {
            workers.execute(lease::cancelStatement);
        }
        timer.schedule(() -> cancelStatement(permit), CANCEL_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The pool's numbers, all of the same instant. Lock-free, and cheap enough for frequent calls. */
    public PoolSnapshot snapshot() {
        return snapshot(admissionQueue.waiting());
    }

    /** The pool's numbers and the state of its queue, all of the same instant. */
    public PoolView view() {
        return admissionQueue.view(this::snapshot);
    }

    /** The peak of checked-out connections since the last call; for a single periodic reader. */
    public int peakSinceLast() {
        return context.counter.takePeak(context.counter.reportedPeak);
    }

    /**
     * All physical connections, oldest first. Does not block users of connections: each row is consistent, but rows may
     * be of slightly different instants. Can be called from any thread, including from a listener.
     */
    public List<ConnectionView> connections() {
        return context.connections.values().stream()
                .sorted(Comparator.comparingInt(connection -> connection.id))
                .map(connection -> connection.view(context.source::transactionState))
                .toList();
    }

    /** The longest current use of a connection; zero if none is in use. */
    public Duration longestUse() {
        return connections().stream()
                .flatMap(connection -> connection.use().stream())
                .map(ConnectionView.Use::heldFor)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /** All waiting callers, next to be admitted first. */
    public List<WaiterView> waiters() {
        return views(admissionQueue.queue());
    }

    /**
     * Registers the state of another connection to the same database, so that the pool detects an unresponsive server
     * earlier: see {@link ConnectionOpener#outage}.
     *
     * @param failure supplies the failure of the last request on it; null after a success
     */
    public void observeFailure(Supplier<Throwable> failure) {
        opener.observe(failure);
    }

    public void add(RefusalListener listener) {
        refusalListeners.add(listener);
    }

    public void remove(RefusalListener listener) {
        refusalListeners.remove(listener);
    }

    private void notifyRefused(List<AcquireRequest> requests, NoConnectionException refusal) {
        requests.forEach(request -> context.emitRefused(request, refusal));
        context.events.notifyListeners(
                refusalListeners,
                "a refusal",
                listener -> listener.onRefusal(refusal, requests.size(), () -> queueWith(requests)));
    }

    private QueueSnapshot queueWith(List<AcquireRequest> refused) {
        List<AcquireRequest> queue = new ArrayList<>(refused);
        queue.addAll(admissionQueue.queue());
        long now = context.now();
        queue.sort(Comparator.comparingLong(request -> request.arrivedNanos - now));
        return new QueueSnapshot(views(queue), Duration.ofNanos(now - queue.get(0).arrivedNanos));
    }

    private List<WaiterView> views(List<AcquireRequest> requests) {
        long now = context.now();
        long virtualTime = admissionQueue.virtualTime();
        return requests.stream()
                .map(request -> request.toView(now, virtualTime))
                .toList();
    }

    /** Whether a connection that is still open was opened or checked in within this time. Lock-free. */
    public boolean hasServedWithin(Duration time) {
        long since = context.now() - time.toNanos();
        return context.connections.values().stream().anyMatch(connection -> connection.idleSinceNanos - since > 0);
    }

    public OpeningView opening() {
        return opener.view();
    }

    public PoolSettings settings() {
        return context.settings;
    }

    /**
     * Changes settings at run time: pool_size, max_overflow, pool_timeout, leak_threshold, reclaim_leaks_after,
     * slow_statement, max_waiting, batch_slots. Changes take effect immediately, except that waiting requests keep
     * their deadlines, and their place in the queue beyond a smaller max_waiting. A smaller pool closes idle
     * connections above pool_size immediately, and connections in use at their check-in.
     *
     * @param change derives the new settings from the current ones; changes are serialized
     * @return the previous settings
     * @throws InvalidSettingException if a setting cannot be changed at run time or has an invalid value; nothing is
     *     changed then
     */
    public synchronized PoolSettings change(UnaryOperator<PoolSettings> change) {
        PoolSettings before = context.settings;
        PoolSettings after = change.apply(before);
        before.requireChangeableTo(after);
        resize(after);
        return before;
    }

    synchronized void resize(PoolSettings settings) {
        context.settings = settings;
        hikariDataSource.setMaximumPoolSize(settings.maximum());
        admissionQueue.resize(settings);
        // Callers that were just admitted are about to take a connection.
        housekeeper.closeIdleAbove(Math.max(settings.poolSize(), admissionQueue.permitsInUse()));
    }

    /** Marks every open connection for replacement at its next checkout or check-in. */
    public void softInvalidate() {
        context.markAll("");
    }

    /**
     * Closes all idle connections.
     *
     * @return number of closed connections
     */
    public synchronized int evictIdle() {
        return housekeeper.evictIdle();
    }

    /** Makes all later callers wait until {@link #resume}; checked-out connections are unaffected. */
    public void suspend() {
        admissionQueue.suspend();
    }

    public void resume() {
        admissionQueue.resume();
    }

    /**
     * Refuses all waiting callers, waits up to {@code grace} for admitted ones, and closes all connections. Takes
     * slightly longer than {@code grace}, and up to connect_timeout longer while a connection is being opened.
     */
    public void close(Duration grace) {
        admissionQueue.close();
        boolean interrupted = false;
        long deadline = System.nanoTime() + grace.toNanos();
        try {
            while (admissionQueue.permitsInUse() > 0 && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        context.closing = true;
        timer.shutdown();
        workers.shutdown();
        interrupted |= Thread.interrupted(); // Hikari's close would not wait on an interrupted thread.
        HikariEngine.close(hikariDataSource);
        context.connections.values().forEach(connection -> connection.abort(Runnable::run));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    public QueueOutcomes outcomes() {
        return admissionQueue.outcomes();
    }

    public boolean isWaiting(Supplier<String> tenant) {
        return admissionQueue.isWaiting(tenant);
    }

    /** Runs the tasks of the timer: expiry of waits and maintenance. */
    void tick() {
        admissionQueue.expire(context.now());
        housekeeper.run();
    }

    private PoolSnapshot snapshot(int waiting) {
        while (true) {
            PoolSettings settings = context.settings;
            PoolSnapshot snapshot = context.counter.snapshot(settings, waiting);
            if (settings.equals(context.settings)) {
                return snapshot;
            }
        }
    }

    /** Expires requests at the earliest requested time. Thread-safe. */
    private final class DeadlineTimer {
        private boolean armed;
        private long nextNanos;

        @SuppressWarnings("FutureReturnValueIgnored") // The task is not awaited.
        synchronized void scheduleWithin(long delayNanos) {
            long atNanos = System.nanoTime() + delayNanos;
            if ((armed && nextNanos - atNanos <= 0) || timer.isShutdown()) {
                return;
            }
            armed = true;
            nextNanos = atNanos;
            timer.schedule(() -> fire(atNanos), delayNanos, TimeUnit.NANOSECONDS);
        }

        private void fire(long atNanos) {
            synchronized (this) {
                if (!armed || nextNanos != atNanos) {
                    return; // Replaced by an earlier run.
                }
                armed = false;
            }
            long nextDelayNanos = admissionQueue.expire(context.now());
            if (nextDelayNanos != Long.MAX_VALUE) {
                scheduleWithin(nextDelayNanos);
            }
        }
    }

    AcquireRequest newRequest(BatchQueue<?, ?> queue, CallContext caller, AcquireRequest.Outcome outcome) {
        return new AcquireRequest(
                queue, caller, context.now(), context.settings.poolTimeout().toNanos(), outcome);
    }

    void enter(AcquireRequest request) {
        ConnectionOpener.Outage outage = opener.outage();
        if (outage != null && outage.isRecent(request.arrivedNanos)) {
            admissionQueue.refuse(request, RefusalReason.DATABASE_DOWN, outage.cause());
        } else if (request.deadlineNanos - request.arrivedNanos <= 0) {
            admissionQueue.refuse(request, request.lateReason(), null);
        } else if (admissionQueue.enter(request)) {
            long untilDeadline = request.deadlineNanos - request.arrivedNanos;
            deadlines.scheduleWithin(
                    context.settings.shedTarget().isEmpty()
                            ? untilDeadline
                            : Math.min(untilDeadline, Overload.INTERVAL_NANOS));
        }
    }
}
