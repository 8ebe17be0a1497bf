package app.rodmena.auth.pool;

import app.rodmena.auth.events.Caller;
import app.rodmena.auth.events.PoolEvents;
import app.rodmena.auth.events.PoolInterceptors;
import app.rodmena.auth.pool.NoConnectionException.Reason;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A connection pool with the semantics of SQLAlchemy's QueuePool: pool_size connections stay open once opened; up to
 * max_overflow more are opened while all of these are checked out.
 *
 * <p>A caller passes a fair {@link Gate}, then takes a connection from HikariCP. The connections in HikariCP are
 * {@link PhysicalConnection}s, opened by {@link Opener} within the limits of {@link Ledger}. Thread-safe.
 */
public final class Pool implements AutoCloseable {
    /** Work on a connection. */
    @FunctionalInterface
    public interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    private final PoolState state;
    private final Gate gate;
    private final Opener opener;
    private final Checkout checkout;
    private final HikariDataSource hikariDataSource;
    final HikariPool hikari;
    private final ExecutorService workers;
    private final ScheduledThreadPoolExecutor timer;
    private final Alarm deadlines;
    private final Upkeep upkeep;
    private final List<RefusalListener> refusalListeners = new CopyOnWriteArrayList<>();

    @SuppressWarnings("FutureReturnValueIgnored") // Maintenance never throws; it ends with the timer.
    public Pool(
            String name,
            PoolSettings settings,
            ConnectionSource source,
            PoolEvents events,
            PoolInterceptors interceptors) {
        this(name, settings, source, events, interceptors, System::nanoTime);
        timer.scheduleWithFixedDelay(upkeep::run, 1, 1, TimeUnit.SECONDS);
    }

    /**
     * A pool for tests, which control its clock and call {@link #tick}.
     *
     * @param clock a clock in nanoseconds, such as {@link System#nanoTime}
     */
    Pool(
            String name,
            PoolSettings settings,
            ConnectionSource source,
            PoolEvents events,
            PoolInterceptors interceptors,
            LongSupplier clock) {
        state = new PoolState(settings, source, events, interceptors, clock);
        gate = new Gate(settings, this::tellRefused);
        opener = new Opener(state, cause -> gate.refuseAll(Reason.DATABASE_DOWN, cause));
        hikariDataSource = HikariEngine.start(name, opener, settings.maximum());
        hikari = HikariEngine.poolOf(hikariDataSource);
        checkout = new Checkout(state, gate, this::tellRefused, opener, hikari);
        workers = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), threads("db-" + name));
        timer = new ScheduledThreadPoolExecutor(
                1, threads("pool-" + name + "-clock"), new ThreadPoolExecutor.DiscardPolicy());
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        deadlines = new Alarm(timer, this::expireWaits);
        upkeep = new Upkeep(state, hikari, opener, workers);
    }

    /**
     * Runs {@code work} on a connection, as soon as one is free, on a thread of the pool. Never blocks the calling
     * thread.
     *
     * @return completes after the connection was returned, on a thread of the pool, which dependent stages must not
     *     block: other callers may be waiting for it. Completes exceptionally with a {@link NoConnectionException} if
     *     no connection was available in time, or with the exception of {@code work}
     */
    public <T> CompletionStage<T> call(Caller caller, Work<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        enter(gate.alone, caller, new Ticket.Outcome() {
            @Override
            public void admitted(Admission admission) {
                start(admission, () -> run(admission, work, answer), answer::completeExceptionally);
            }

            @Override
            public void refused(NoConnectionException reason) {
                answer.completeExceptionally(reason);
            }
        });
        return answer;
    }

    /**
     * Submits a request to a lane, which may process it in a batch with others. Never blocks the calling thread.
     *
     * @return completes like the result of {@link #call(Caller, Work)}, with the result of the lane's work. Cancelling
     *     the future removes the request from the queue
     */
    public <Q, A> CompletionStage<A> call(Lane<Q, A> lane, Caller caller, Q question) {
        Asked<Q, A> asked = new Asked<>(this, lane, question);
        asked.ticket = ticket(lane, caller, asked);
        enter(asked.ticket);
        return asked;
    }

    /** Starts an admitted batch of this lane. */
    void serve(Lane<?, ?> lane, Admission admission) {
        start(admission, () -> lane.serve(admission, checkout), failure -> lane.fail(admission, failure));
    }

    /** Cancels a waiting request. */
    void leave(Ticket ticket) {
        if (gate.leave(ticket)) {
            state.tellRefused(ticket, new NoConnectionException(Reason.CANCELLED, null));
        }
    }

    private void start(Admission admission, Runnable work, Consumer<Throwable> failed) {
        try {
            workers.execute(work);
        } catch (Throwable noThread) {
            // Not on this thread: admitting the next request would fail the same way, recursively.
            timer.execute(admission::giveBack);
            failed.accept(state.closing ? new NoConnectionException(Reason.CLOSED, null) : noThread);
        }
    }

    /**
     * Checks out a connection, and waits at most pool_timeout for it.
     *
     * @throws NoConnectionException if no connection was available in time; contains the reason
     */
    public Lease checkout(Caller caller) throws NoConnectionException {
        CompletableFuture<Admission> decided = new CompletableFuture<>();
        Ticket ticket = enter(gate.alone, caller, new Ticket.Outcome() {
            @Override
            public void admitted(Admission admission) {
                decided.complete(admission);
            }

            @Override
            public void refused(NoConnectionException reason) {
                decided.completeExceptionally(reason);
            }
        });
        boolean atOnce = decided.isDone();
        return checkout.of(await(decided, ticket), atOnce ? ticket.arrivedNanos : state.now());
    }

    /** The pool's numbers, all of the same instant. Lock-free, and cheap enough for frequent calls. */
    public PoolSnapshot snapshot() {
        return snapshot(gate.waiting());
    }

    /** The pool's numbers and the state of its queue, all of the same instant. */
    public PoolView view() {
        return gate.view(state::now, this::snapshot);
    }

    /**
     * The maximum number of connections checked out simultaneously since the last call; for a single periodic reader.
     */
    public int peakSinceLast() {
        return state.ledger.takePeak(state.ledger.seenPeak);
    }

    /**
     * All physical connections, oldest first. Does not block users of connections: each row is consistent, but rows may
     * be of slightly different instants. Can be called from any thread, including from a listener.
     */
    public List<ConnectionView> connections() {
        return state.connections().stream()
                .sorted(Comparator.comparingInt(PhysicalConnection::id))
                .map(connection -> connection.view(state.source::transactionState))
                .toList();
    }

    /** All waiting callers, next to be admitted first. */
    public List<WaiterView> waiters() {
        List<Ticket> queue = gate.queue();
        long now = state.now();
        return queue.stream().map(ticket -> ticket.waiter(now)).toList();
    }

    /**
     * Registers the state of another connection to the same database, so that the pool detects an unresponsive server
     * earlier: see {@link Opener#outage}.
     *
     * @param failure supplies the failure of the last request on it; null after a success
     */
    public void observe(Supplier<Throwable> failure) {
        opener.observe(failure);
    }

    /** Registers a listener for refusals. */
    public void add(RefusalListener listener) {
        refusalListeners.add(listener);
    }

    public void remove(RefusalListener listener) {
        refusalListeners.remove(listener);
    }

    private void tellRefused(List<Ticket> tickets, NoConnectionException refusal) {
        tickets.forEach(ticket -> state.tellRefused(ticket, refusal));
        for (RefusalListener listener : refusalListeners) {
            try {
                listener.onRefusal(refusal.reason(), tickets.size(), () -> queueWith(tickets));
            } catch (Throwable e) {
                state.events.isolate(listener, "a refusal", e);
            }
        }
    }

    private QueueSnapshot queueWith(List<Ticket> refused) {
        List<Ticket> queue = new ArrayList<>(refused);
        queue.addAll(gate.queue());
        long now = state.now();
        queue.sort(Comparator.comparingLong(ticket -> ticket.arrivedNanos - now));
        return new QueueSnapshot(
                queue.stream().map(ticket -> ticket.waiter(now)).toList(),
                queue.isEmpty() ? Duration.ZERO : Duration.ofNanos(Math.max(0, now - queue.get(0).arrivedNanos)));
    }

    /** The state of opening connections. */
    public OpeningView opening() {
        return opener.view();
    }

    public PoolSettings settings() {
        return state.settings;
    }

    /**
     * Changes settings at run time: pool_size, max_overflow, pool_timeout, leak_threshold, reclaim_leaks_after,
     * slow_statement, max_waiting, batch_slots. Changes take effect immediately, except that waiting requests keep
     * their deadlines, and their place in the queue beyond a smaller max_waiting. A smaller pool closes idle
     * connections above pool_size immediately, and connections in use at their check-in.
     *
     * @param change derives the new settings from the current ones; changes are serialized
     * @return the previous settings
     * @throws InvalidPoolSetting if a setting cannot be changed at run time or has an invalid value; nothing is changed
     *     then
     */
    public synchronized PoolSettings change(UnaryOperator<PoolSettings> change) {
        PoolSettings before = state.settings;
        PoolSettings after = change.apply(before);
        before.requireChangeableTo(after);
        resize(after);
        return before;
    }

    synchronized void resize(PoolSettings settings) {
        state.settings = settings;
        hikariDataSource.setMaximumPoolSize(settings.maximum());
        gate.resize(settings);
        // Callers that were just admitted are about to take a connection.
        upkeep.closeIdleAbove(Math.max(settings.poolSize(), gate.taken()));
    }

    /** Marks every open connection for replacement at its next checkout or check-in. */
    public void softInvalidate() {
        state.markAll("");
    }

    /**
     * Closes all idle connections.
     *
     * @return number of closed connections
     */
    public synchronized int evictIdle() {
        return upkeep.evictIdle();
    }

    /** Makes all later callers wait until {@link #resume}; checked-out connections are unaffected. */
    public void suspend() {
        gate.suspend();
    }

    public void resume() {
        gate.resume();
    }

    /**
     * Refuses all waiting callers, waits up to {@code grace} for admitted ones, and closes all connections. Takes
     * slightly longer than {@code grace}, and up to connect_timeout longer while a connection is being opened.
     */
    public void close(Duration grace) {
        gate.close();
        boolean interrupted = false;
        long deadline = System.nanoTime() + grace.toNanos();
        try {
            while (gate.taken() > 0 && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        state.closing = true;
        timer.shutdown();
        workers.shutdown();
        interrupted |= Thread.interrupted(); // Hikari's close would not wait on an interrupted thread.
        HikariEngine.close(hikariDataSource);
        state.connections().forEach(connection -> connection.abort(Runnable::run));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /** The number of admitted callers without a connection yet. */
    int borrowing() {
        return state.borrowing.get();
    }

    /** Runs the tasks of the timer: expiry of waits and maintenance. */
    void tick() {
        gate.expire(state.now());
        upkeep.run();
    }

    private PoolSnapshot snapshot(int waiting) {
        while (true) {
            PoolSettings settings = state.settings;
            PoolSnapshot snapshot = state.ledger.snapshot(settings, waiting);
            if (settings.equals(state.settings)) {
                return snapshot;
            }
        }
    }

    private Ticket enter(Lane<?, ?> lane, Caller caller, Ticket.Outcome outcome) {
        Ticket ticket = ticket(lane, caller, outcome);
        enter(ticket);
        return ticket;
    }

    private Ticket ticket(Lane<?, ?> lane, Caller caller, Ticket.Outcome outcome) {
        long now = state.now();
        return new Ticket(lane, caller, now, now + state.settings.poolTimeout().toNanos(), outcome);
    }

    private void enter(Ticket ticket) {
        Opener.Outage outage = opener.outage();
        if (outage != null && outage.isRecent(ticket.arrivedNanos)) {
            gate.refuse(ticket, Reason.DATABASE_DOWN, outage.cause());
        } else if (gate.enter(ticket)) {
            deadlines.ringWithin(ticket.deadlineNanos - ticket.arrivedNanos);
        }
    }

    private Admission await(CompletableFuture<Admission> decided, Ticket ticket) throws NoConnectionException {
        try {
            return decided.get();
        } catch (ExecutionException e) {
            throw (NoConnectionException) e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            NoConnectionException interrupted = new NoConnectionException(Reason.INTERRUPTED, null);
            if (!gate.leave(ticket)) {
                giveBackOnceDecided(decided);
            }
            state.tellRefused(ticket, interrupted);
            throw interrupted;
        }
    }

    /** Handles a decision concurrent with the interrupt: returns a granted permit. */
    private static void giveBackOnceDecided(CompletableFuture<Admission> decided) throws NoConnectionException {
        try {
            decided.join().giveBack();
        } catch (CompletionException e) {
            throw (NoConnectionException) e.getCause();
        }
    }

    private <T> void run(Admission admission, Work<T> work, CompletableFuture<T> answer) {
        T result;
        try (Lease lease = checkout.of(admission)) {
            result = lease.use(work);
        } catch (Throwable failure) {
            answer.completeExceptionally(failure);
            return;
        }
        answer.complete(result);
    }

    private long expireWaits() {
        return gate.expire(state.now());
    }

    private static ThreadFactory threads(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
