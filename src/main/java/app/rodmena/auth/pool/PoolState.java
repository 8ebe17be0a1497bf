package app.rodmena.auth.pool;

import app.rodmena.auth.events.Caller;
import app.rodmena.auth.events.PoolEvent;
import app.rodmena.auth.events.PoolEventKind;
import app.rodmena.auth.events.PoolEvents;
import app.rodmena.auth.events.PoolInterceptors;
import app.rodmena.auth.pool.NoConnectionException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What the parts of one pool share: its settings, its numbers, its clock, its connections, its voice. */
final class PoolState {
    final Ledger ledger = new Ledger();
    final ConnectionSource source;
    final PoolEvents events;
    final PoolInterceptors interceptors;

    final CheckoutStacks checkoutStacks = new CheckoutStacks();

    /** Callers that were admitted and have no connection yet: what a new connection would be opened for. */
    final AtomicInteger borrowing = new AtomicInteger();

    /** Connections that are being tested for a caller who is to get them. */
    final AtomicInteger testing = new AtomicInteger();

    private final Object slotFreed = new Object();
    private final LongSupplier clock;
    private volatile TimeOfDay timeOfDay;
    private final AtomicInteger lastId = new AtomicInteger();
    private final ConcurrentMap<Integer, PhysicalConnection> connections = new ConcurrentHashMap<>();

    volatile PoolSettings settings;
    volatile int generation;

    /** Why the last generation ended; what a connection's soft_invalidate says. Written before the generation. */
    volatile String markCause = "";

    volatile boolean closing;

    PoolState(
            PoolSettings settings,
            ConnectionSource source,
            PoolEvents events,
            PoolInterceptors interceptors,
            LongSupplier clock) {
        this.source = source;
        this.settings = settings;
        this.events = events;
        this.interceptors = interceptors;
        this.clock = clock;
        readTimeOfDay();
    }

    /** The time of day at one reading of the pool's clock. */
    private record TimeOfDay(Instant instant, long nanos) {
        Instant at(long nanos) {
            return instant.plusNanos(nanos - this.nanos);
        }
    }

    /** To be done once in a while: from one reading to the next the pool's own clock tells the time of day. */
    void readTimeOfDay() {
        timeOfDay = new TimeOfDay(Instant.now(), now());
    }

    long now() {
        return clock.getAsLong();
    }

    int nextId() {
        return lastId.incrementAndGet();
    }

    Collection<PhysicalConnection> connections() {
        return connections.values();
    }

    void add(PhysicalConnection connection) {
        connections.put(connection.id(), connection);
    }

    void remove(PhysicalConnection connection) {
        connections.remove(connection.id());
    }

    /** While a connection is tested for a caller it is as good as out: nobody else can have it. */
    <T> T whileTested(Supplier<T> test) {
        testing.incrementAndGet();
        try {
            return test.get();
        } finally {
            testing.decrementAndGet();
        }
    }

    /** Marks every open connection, to be replaced at its next checkout or check-in. */
    synchronized void markAll(String cause) {
        markCause = cause;
        generation++;
        connections.values().forEach(PhysicalConnection::isMarked);
    }

    /** A slot is free again, for whoever waits in {@link #awaitFreeSlot}. */
    void freeSlot() {
        ledger.freeSlot();
        synchronized (slotFreed) {
            slotFreed.notifyAll();
        }
    }

    /** Waits until a slot came free, or a little: whether there is room can change without that, too. */
    @SuppressWarnings("WaitNotInLoop") // The caller looks again, whatever woke it.
    void awaitFreeSlot(long atMostMillis) throws InterruptedException {
        synchronized (slotFreed) {
            slotFreed.wait(atMostMillis);
        }
    }

    /** A caller's wait ended without a connection. */
    void tellRefused(Ticket ticket, NoConnectionException refusal) {
        PoolEventKind kind = refusal.reason() == Reason.REJECTED ? PoolEventKind.REJECTED : PoolEventKind.TIMEOUT;
        emit(kind, 0, 0, now() - ticket.arrivedNanos, ticket.caller, refusal.getMessage());
    }

    void emit(PoolEventKind kind, int connectionId, int backendPid, long tookNanos, Caller caller, String cause) {
        emit(kind, now(), connectionId, backendPid, tookNanos, caller, cause);
    }

    /** @param nowNanos for whoever has just read the clock: that is what costs most here */
    void emit(
            PoolEventKind kind,
            long nowNanos,
            int connectionId,
            int backendPid,
            long tookNanos,
            Caller caller,
            String cause) {
        events.emit(new PoolEvent(
                kind,
                timeOfDay.at(nowNanos),
                connectionId,
                backendPid,
                Duration.ofNanos(tookNanos),
                Thread.currentThread().getName(),
                caller,
                cause));
    }
}
