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
 * A connection pool with the semantics of SQLAlchemy's QueuePool: pool_size connections are kept once opened,
 * max_overflow more while all of these are out.
 *
 * <p>Every caller passes one fair {@link Gate} first, then takes a connection from HikariCP, whose connections are ours
 * ({@link PhysicalConnection}), opened by our {@link Opener} within the bounds of our {@link Ledger}. Thread-safe.
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

    @SuppressWarnings("FutureReturnValueIgnored") // The upkeep never fails; it ends with the timer.
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
     * A pool whose time is kept by a test, which calls {@link #tick} too.
     *
     * @param clock nanoseconds, as {@link System#nanoTime} gives them
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
     * Runs {@code work} on a connection, as soon as one is free, on a thread of the pool's. The caller's thread never
     * blocks.
     *
     * @return completed after the connection was given back, on a thread of the pool's, which what depends on it must
     *     not block: it may be the very thread that others wait for; exceptionally with a {@link NoConnectionException}
     *     if there was none in time, or with what {@code work} threw
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
     * Has a question answered, together with others of its lane if others wait. The caller's thread never blocks.
     *
     * @return completed as that of {@link #call(Caller, Work)} is, with what the lane's work made of it. Whoever
     *     cancels the future that it is leaves the queue
     */
    public <Q, A> CompletionStage<A> call(Lane<Q, A> lane, Caller caller, Q question) {
        Asked<Q, A> asked = new Asked<>(this, lane, question);
        asked.ticket = ticket(lane, caller, asked);
        enter(asked.ticket);
        return asked;
    }

    /** Those in the admission are of this lane. */
    void serve(Lane<?, ?> lane, Admission admission) {
        start(admission, () -> lane.serve(admission, checkout), failure -> lane.fail(admission, failure));
    }

    /** The caller does not want to know any more. */
    void leave(Ticket ticket) {
        if (gate.leave(ticket)) {
            state.tellRefused(ticket, new NoConnectionException(Reason.CANCELLED, null));
        }
    }

    private void start(Admission admission, Runnable work, Consumer<Throwable> failed) {
        try {
            workers.execute(work);
        } catch (Throwable noThread) {
            // Not from here: the next in the queue would fare the same, on top of this call.
            timer.execute(admission::giveBack);
            failed.accept(state.closing ? new NoConnectionException(Reason.CLOSED, null) : noThread);
        }
    }

    /**
     * Takes a connection, waiting for pool_timeout at most.
     *
     * @throws NoConnectionException if there was none in time; it tells why
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

    /** The pool's numbers, all of the same instant. Lock-free: safe to ask for at any time, and often. */
    public PoolSnapshot snapshot() {
        return snapshot(gate.waiting());
    }

    /** The pool's numbers and the state of its queue, all of the same instant. */
    public PoolView view() {
        return gate.view(state::now, this::snapshot);
    }

    /** The most connections that were out at once since somebody last asked: for one who asks regularly. */
    public int peakSinceLast() {
        return state.ledger.takePeak(state.ledger.seenPeak);
    }

    /**
     * Every physical connection, the oldest first. Nobody is stopped for it: each row is true of itself, and rows may
     * be of slightly different instants. Safe to ask for anywhere, also in a listener.
     */
    public List<ConnectionView> connections() {
        return state.connections().stream()
                .sorted(Comparator.comparingInt(PhysicalConnection::id))
                .map(connection -> connection.view(state.source::transactionState))
                .toList();
    }

    /** Everybody who waits for a connection, whoever is next first. */
    public List<WaiterView> waiters() {
        List<Ticket> queue = gate.queue();
        long now = state.now();
        return queue.stream().map(ticket -> ticket.waiter(now)).toList();
    }

    /**
     * Lets the pool know of another connection to the same database, so that it notices a silent server earlier: see
     * {@link Opener#outage}.
     *
     * @param failure what the last question on it failed with; gives null if it was answered
     */
    public void observe(Supplier<Throwable> failure) {
        opener.observe(failure);
    }

    /** Reports every refusal of callers to {@code listener} from now on. */
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

    /** How it goes with opening connections. */
    public OpeningView opening() {
        return opener.view();
    }

    public PoolSettings settings() {
        return state.settings;
    }

    /**
     * Changes settings at run time: pool_size, max_overflow, pool_timeout, leak_threshold, max_waiting, batch_slots. It
     * takes effect at once, with two exceptions that keep what was promised: whoever waits already keeps the deadline
     * it came with, and a place in the queue beyond a smaller max_waiting. A smaller pool closes what is idle beyond
     * pool_size at once, and what is out when it is checked in.
     *
     * @param change makes the new settings of those that hold now; nobody else changes them meanwhile
     * @return the settings before
     * @throws InvalidPoolSetting if another setting differs, or a value can't be had; nothing is changed then
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
        // Whoever was admitted just now has no connection yet, and is about to take one.
        upkeep.closeIdleAbove(Math.max(settings.poolSize(), gate.taken()));
    }

    /** Marks every open connection, to be replaced at its next checkout or check-in. */
    public void softInvalidate() {
        state.markAll("");
    }

    /**
     * Closes every connection that is idle now.
     *
     * @return how many
     */
    public synchronized int evictIdle() {
        return upkeep.evictIdle();
    }

    /** From now on every caller waits; whoever has a connection keeps it. */
    public void suspend() {
        gate.suspend();
    }

    public void resume() {
        gate.resume();
    }

    /**
     * Refuses everybody who waits, gives those who were admitted time to finish, closes all. It takes a little longer
     * than {@code grace} while connections close, and up to connect_timeout longer while one is being opened.
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
        interrupted |= Thread.interrupted(); // An interrupted thread could not wait for Hikari to close all.
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

    /** How many callers were admitted and have no connection yet. */
    int borrowing() {
        return state.borrowing.get();
    }

    /** What the timer does, in time and every second. */
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

    /** The gate decided while the interrupt came; a place that it gave is given back. */
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
