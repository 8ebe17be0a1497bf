package app.rodmena.auth.pool;

import app.rodmena.auth.pool.event.CallContext;
import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
import app.rodmena.auth.pool.event.PoolEvents;
import app.rodmena.auth.pool.event.PoolInterceptors;
import app.rodmena.auth.pool.event.RefusalReason;
import app.rodmena.auth.postgres.Connector;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The shared state of one pool: settings, counters, clock, connections and event sink. Thread-safe. */
final class PoolContext {
    final ConnectionCounter counter = new ConnectionCounter();
    final String applicationName;
    final Connector source;
    final PoolEvents events;
    final PoolInterceptors interceptors;

    final CheckoutStacks checkoutStacks = new CheckoutStacks();

    /** Number of admitted callers without a connection yet; new connections are opened for these. */
    final AtomicInteger acquiring = new AtomicInteger();

    final AtomicInteger validating = new AtomicInteger();

    private final Object slotFreed = new Object();
    final LongSupplier clock;
    private volatile TimeOfDay timeOfDay;
    final AtomicInteger lastId = new AtomicInteger();
    final ConcurrentMap<Integer, PhysicalConnection> connections = new ConcurrentHashMap<>();

    volatile PoolSettings settings;
    volatile int generation;

    /** The cause of the last invalidation, for soft_invalidate events. Written before the generation. */
    volatile String markCause = "";

    /** The last time that a connection broke; connections that were used last before it may be broken, too. */
    private volatile long brokeNanos;

    volatile boolean closing;

    /** @param clock a clock in nanoseconds, such as {@link System#nanoTime} */
    PoolContext(
            String applicationName,
            PoolSettings settings,
            Connector source,
            PoolEvents events,
            PoolInterceptors interceptors,
            LongSupplier clock) {
        this.applicationName = applicationName;
        this.source = source;
        this.settings = settings;
        this.events = events;
        this.interceptors = interceptors;
        this.clock = clock;
        readTimeOfDay();
        brokeNanos = now() - Long.MAX_VALUE / 2;
    }

    /** Notes that a connection broke, so that the others are tested before their next use, even if used recently. */
    void noteBroken() {
        brokeNanos = now();
    }

    boolean hasBrokenSince(long nanos) {
        return brokeNanos - nanos >= 0;
    }

    /** Wall-clock time at one reading of the pool's clock. */
    private record TimeOfDay(Instant instant, long nanos) {
        Instant at(long nanos) {
            return instant.plusNanos(nanos - this.nanos);
        }
    }

    /** Reads the wall clock; called periodically. In between, event times are derived from the pool's clock. */
    void readTimeOfDay() {
        timeOfDay = new TimeOfDay(Instant.now(), now());
    }

    long now() {
        return clock.getAsLong();
    }

    /** Runs a validation, during which the connection counts as in use: no other caller can receive it. */
    <T> T validate(Supplier<T> validation) {
        validating.incrementAndGet();
        try {
            return validation.get();
        } finally {
            validating.decrementAndGet();
        }
    }

    synchronized void markAll(String cause) {
        markCause = cause;
        generation++;
        connections.values().forEach(PhysicalConnection::isMarked);
    }

    /** Releases a slot, and wakes {@link #awaitFreeSlot}. */
    void freeSlot() {
        counter.freeSlot();
        synchronized (slotFreed) {
            slotFreed.notifyAll();
        }
    }

    /**
     * Waits until a slot is released, or for the given time, because a resize or a checkout can also allow another
     * connection.
     */
    @SuppressWarnings("WaitNotInLoop") // The caller rechecks its condition.
    void awaitFreeSlot(long maxMillis) throws InterruptedException {
        synchronized (slotFreed) {
            slotFreed.wait(maxMillis);
        }
    }

    void emitRefused(AcquireRequest request, NoConnectionException refusal) {
        long nowNanos = now();
        boolean hadConnection = request.permit != null && request.permit.lease != null;
        emit(
                refusal.reason().kind(),
                nowNanos,
                0,
                0,
                nowNanos - request.arrivedNanos,
                request.caller,
                refusal.getMessage(),
                hadConnection ? Optional.empty() : Optional.of(refusal.reason()));
    }

    /**
     * @param nowNanos a recent reading of the clock; avoids another one, which would dominate the cost of this method
     * @param refusal the reason if the caller was refused
     */
    void emit(
            PoolEventKind kind,
            long nowNanos,
            int connectionId,
            int backendPid,
            long tookNanos,
            CallContext caller,
            String cause,
            Optional<RefusalReason> refusal) {
        events.emit(new PoolEvent(
                kind,
                timeOfDay.at(nowNanos),
                connectionId,
                backendPid,
                Duration.ofNanos(tookNanos),
                Thread.currentThread().getName(),
                caller,
                cause,
                refusal));
    }
}
