package app.rodmena.auth.pool;

import app.rodmena.auth.pool.event.PoolEvent;
import app.rodmena.auth.pool.event.PoolEventKind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A model of QueuePool. The test applies each operation to the model and to the real pool; the model predicts the
 * events and fails on any other. Only the choice of the idle connection to check out or close is left to the pool.
 */
final class QueuePoolModel {
    private static final long PRE_PING_IDLE = Duration.ofMillis(500).toNanos();
    private static final int PEAKS = 5;

    /** A connection and its expected events. */
    static final class ModelConnection {
        final int id;
        final int backendPid;
        private final long opened;
        private final int generation;
        private long since;
        private boolean inUse;
        private boolean dead;
        private boolean leaked;
        private boolean returning;
        private boolean retiring;
        private boolean overflowReported;

        private ModelConnection(PoolEvent connect, long now, int generation) {
            id = connect.connectionId();
            backendPid = connect.backendPid();
            opened = now;
            since = now;
            this.generation = generation;
        }
    }

    /** A caller; callers whose queries are not batched have no batch queue. */
    private static final class Waiter {
        final int caller;
        final int tenant;
        final Optional<Integer> batchQueue;
        final long arrived;
        final long deadline;

        /** Whether the deadline is the caller's, and not that of pool_timeout. */
        final boolean isOwnDeadline;

        final boolean hasOwnDeadline;
        long number;
        long tag;
        long cost;
        boolean cancelled;

        Waiter(
                int caller,
                int tenant,
                Optional<Integer> batchQueue,
                long arrived,
                long deadline,
                boolean hasOwnDeadline,
                boolean isOwnDeadline) {
            this.isOwnDeadline = isOwnDeadline;
            this.caller = caller;
            this.tenant = tenant;
            this.batchQueue = batchQueue;
            this.arrived = arrived;
            this.deadline = deadline;
            this.hasOwnDeadline = hasOwnDeadline;
        }

        @Override
        public String toString() {
            return "%d of tenant %d at %d".formatted(caller, tenant, tag);
        }
    }

    /** A tenant while it waits. */
    private static final class Tenant {
        long nextTag;
        long cost;
    }

    /** The admitted callers, and their batch queue. */
    private record Admission(List<Waiter> callers, Optional<Integer> batchQueue) {
        boolean isWanted() {
            return callers.stream().anyMatch(caller -> !caller.cancelled);
        }
    }

    private final Map<Integer, Tenant> tenants = new HashMap<>();
    private final Map<Optional<Integer>, Long> queueCosts = new HashMap<>();
    private long virtualTime;
    private long lastNumber;

    private final Map<Integer, ModelConnection> open = new TreeMap<>();
    private final Map<Integer, ModelConnection> holders = new TreeMap<>();
    private final List<Waiter> queue = new ArrayList<>();
    private final Map<Integer, Admission> admissions = new HashMap<>();
    private final int maxBatch;
    private final Map<PoolEventKind, Integer> due = new EnumMap<>(PoolEventKind.class);
    private final Deque<Integer> peaks = new ArrayDeque<>();
    private PoolSettings settings;
    private long now;
    private int generation;
    private boolean suspended;
    private boolean overloaded;
    private long intervalStart;
    private long shortestWait = Long.MAX_VALUE;

    /** When a connection was last found broken: those used last before are tested before their next use. */
    private long brokeAt = Long.MIN_VALUE;

    private int taken;
    private int borrowing;
    private int idleToClose;
    private int openToKeep;
    private int peak;
    private boolean borrowed;
    private boolean connected;

    /** @param maxBatch the maximum size of a batch */
    QueuePoolModel(PoolSettings settings, int maxBatch, long now) {
        this.maxBatch = maxBatch;
        this.settings = settings;
        this.now = now;
        this.intervalStart = now;
    }

    // Operations

    void arrive(int caller, int tenant, Optional<Integer> batchQueue, Optional<Duration> patience) {
        long timeout = settings.poolTimeout().toNanos();
        Waiter waiter = new Waiter(
                caller,
                tenant,
                batchQueue,
                now,
                now + Math.min(timeout, patience.map(Duration::toNanos).orElse(timeout)),
                patience.isPresent(),
                patience.filter(time -> time.toNanos() < timeout).isPresent());
        if (!suspended && taken < settings.maximum() && hasFreeSlot(batchQueue)) {
            admit(List.of(waiter));
        } else if (queue.size() < settings.maxWaiting()) {
            enqueue(waiter);
        } else {
            Optional<Waiter> loser = displacedBy(waiter);
            expect(loser.isPresent() ? PoolEventKind.DISPLACED : PoolEventKind.REJECTED, 1);
            loser.ifPresent(displaced -> {
                refuse(displaced);
                enqueue(waiter);
            });
        }
    }

    private void enqueue(Waiter waiter) {
        Tenant tenant = tenants.computeIfAbsent(waiter.tenant, number -> new Tenant());
        waiter.number = ++lastNumber;
        waiter.cost = tenant.cost > 0 ? tenant.cost : costOf(waiter.batchQueue);
        long lastTag = queue.stream()
                .filter(other -> other.tenant == waiter.tenant)
                .mapToLong(other -> other.tag)
                .max()
                .orElse(0);
        waiter.tag = Math.max(virtualTime, Math.max(lastTag, tenant.nextTag));
        tenant.nextTag = waiter.tag + waiter.cost;
        queue.add(waiter);
        queue.sort(Comparator.<Waiter>comparingLong(one -> one.tag).thenComparingLong(one -> one.number));
    }

    private void refuse(Waiter waiter) {
        tenants.get(waiter.tenant).nextTag -= waiter.cost;
        remove(waiter);
    }

    private void remove(Waiter waiter) {
        queue.remove(waiter);
        if (waitingOf(waiter.tenant) == 0) {
            tenants.remove(waiter.tenant);
        }
    }

    private Optional<Waiter> displacedBy(Waiter newcomer) {
        Optional<Integer> largest = tenants.keySet().stream().max(Comparator.comparingLong(this::waitingOf));
        return largest.filter(tenant -> waitingOf(tenant) > waitingOf(newcomer.tenant) + 1)
                .flatMap(tenant -> queue.stream()
                        .filter(waiter -> waiter.tenant == tenant)
                        .max(Comparator.comparingLong(waiter -> waiter.number)));
    }

    private long waitingOf(int tenant) {
        return queue.stream().filter(waiter -> waiter.tenant == tenant).count();
    }

    private long costOf(Optional<Integer> batchQueue) {
        return queueCosts.getOrDefault(batchQueue, AdmissionQueue.INITIAL_COST_NANOS);
    }

    /** The cost of a batch changes the estimates of its batch queue and of its tenants that still wait. */
    private void charge(Admission admission, long held) {
        long nanos = Math.min(held, AdmissionQueue.MAX_COST_NANOS);
        if (nanos <= 0 || tenants.isEmpty()) {
            return;
        }
        int count = admission.callers.size();
        long before = costOf(admission.batchQueue);
        queueCosts.put(admission.batchQueue, before + (nanos / count - before) / 4);
        for (Waiter caller : admission.callers) {
            Tenant tenant = tenants.get(caller.tenant);
            if (tenant != null) {
                tenant.nextTag += nanos / count - caller.cost;
                tenant.cost = tenant.cost == 0 ? nanos / count : tenant.cost + (nanos / count - tenant.cost) / 4;
            }
        }
    }

    /** A caller cancels its request. */
    void cancel(int caller) {
        queue.stream().filter(waiter -> waiter.caller == caller).findFirst().ifPresent(this::refuse);
        admitted().filter(waiter -> waiter.caller == caller).forEach(waiter -> waiter.cancelled = true);
        expect(PoolEventKind.CANCELLED, 1);
    }

    private Stream<Waiter> admitted() {
        return admissions.values().stream().flatMap(admission -> admission.callers.stream());
    }

    void checkIn(int caller) {
        ModelConnection connection = holders.remove(caller);
        int staying = open.size();
        connection.returning = true;
        connection.retiring = isMarked(connection)
                || staying > settings.maximum()
                || (staying > settings.poolSize() && queue.isEmpty() && idle() >= settings.poolSize() - 1);
        leave(caller, connection);
    }

    private void leave(int caller, ModelConnection connection) {
        charge(admissions.remove(caller), now - connection.since);
        taken--;
        admitNext();
    }

    /** The caller uses its connection. @return whether the connection breaks and its holder loses it */
    boolean use(int caller) {
        ModelConnection connection = holders.get(caller);
        if (connection.dead) {
            holders.remove(caller);
            connection.returning = true;
            connection.retiring = true;
            brokeAt = now;
            expect(PoolEventKind.INVALIDATE, 1);
            leave(caller, connection);
        }
        return connection.dead;
    }

    void kill(ModelConnection connection) {
        connection.dead = true;
    }

    void softInvalidate() {
        expect(PoolEventKind.SOFT_INVALIDATE, (int) open.values().stream()
                .filter(connection -> !isMarked(connection))
                .count());
        generation++;
    }

    void resize(PoolSettings next) {
        settings = next;
        admitNext();
        closeIdleAbove(next.poolSize());
    }

    void suspend() {
        suspended = true;
    }

    void resume() {
        suspended = false;
        admitNext();
    }

    void tick(Duration passed) {
        now += passed.toNanos();
        updateOverload();
        shed();
        for (Waiter late :
                queue.stream().filter(waiter -> waiter.deadline <= now).toList()) {
            refuse(late);
            expect(late.isOwnDeadline ? PoolEventKind.DEADLINE : PoolEventKind.TIMEOUT, 1);
        }
        admitted()
                .filter(waiter -> waiter.hasOwnDeadline && !waiter.cancelled && waiter.deadline <= now)
                .forEach(late -> {
                    late.cancelled = true;
                    expect(PoolEventKind.DEADLINE, 1);
                });
        for (ModelConnection connection : holders.values()) {
            if (!connection.leaked
                    && now - connection.since > settings.leakThreshold().toNanos()) {
                connection.leaked = true;
                expect(PoolEventKind.LEAK_SUSPECTED, 1);
            }
        }
        peaks.addLast(Math.max(peak, holders.size()));
        peak = holders.size(); // The current checkouts also count for the next second.
        if (peaks.size() > PEAKS) {
            peaks.removeFirst();
        }
        if (peaks.size() == PEAKS) {
            closeIdleAbove(Math.max(
                    settings.poolSize(), peaks.stream().max(Integer::compare).orElseThrow()));
        }
    }

    /** After an interval in which even the shortest wait exceeded the target, the pool is overloaded. */
    private void updateOverload() {
        if (now - intervalStart < Overload.INTERVAL_NANOS) {
            return;
        }
        if (shortestWait < Long.MAX_VALUE) {
            overloaded = settings.shedTarget().isPresent()
                    && shortestWait > settings.shedTarget().get().toNanos();
        }
        intervalStart = now;
        shortestWait = Long.MAX_VALUE;
    }

    private void shed() {
        if (!overloaded || suspended) {
            return;
        }
        long target = settings.shedTarget().orElseThrow().toNanos();
        for (Waiter late :
                queue.stream().filter(waiter -> now - waiter.arrived > target).toList()) {
            refuse(late);
            expect(PoolEventKind.SHED, 1);
        }
    }

    private void admitNext() {
        shed();
        while (!suspended && taken < settings.maximum()) {
            Optional<Waiter> next = queue.stream()
                    .filter(waiter -> hasFreeSlot(waiter.batchQueue))
                    .findFirst();
            if (next.isEmpty()) {
                return;
            }
            virtualTime = Math.max(virtualTime, next.get().tag);
            boolean together = next.get().batchQueue.isPresent() && settings.batchSlots() > 0;
            List<Waiter> admitted = together
                    ? queue.stream()
                            .filter(waiter -> waiter.batchQueue.equals(next.get().batchQueue))
                            .limit(maxBatch)
                            .toList()
                    : List.of(overloaded ? newestLike(next.get()) : next.get());
            admitted.forEach(this::remove);
            admit(admitted);
        }
    }

    private boolean hasFreeSlot(Optional<Integer> batchQueue) {
        long running = admissions.values().stream()
                .filter(admission -> admission.batchQueue.equals(batchQueue))
                .count();
        return batchQueue.isEmpty() || settings.batchSlots() == 0 || running < settings.batchSlots();
    }

    private Waiter newestLike(Waiter first) {
        return queue.stream()
                .filter(waiter -> waiter.tenant == first.tenant && waiter.batchQueue.equals(first.batchQueue))
                .reduce((older, newer) -> newer)
                .orElseThrow();
    }

    private void admit(List<Waiter> together) {
        together.forEach(waiter -> shortestWait = Math.min(shortestWait, now - waiter.arrived));
        Waiter first = together.get(0);
        admissions.put(first.caller, new Admission(together, first.batchQueue));
        taken++;
        borrowing++;
        borrowed = true;
    }

    private void closeIdleAbove(int keep) {
        // Connections reserved for admitted callers stay open.
        openToKeep = keep;
        idleToClose = idleAbove(keep);
    }

    private int idleAbove(int keep) {
        return Math.max(0, Math.min(idle() - borrowing, open.size() - keep));
    }

    private void expect(PoolEventKind kind, int count) {
        due.merge(kind, count, Integer::sum);
    }

    // Events

    void onEvent(PoolEvent event) {
        ModelConnection connection = open.get(event.connectionId());
        boolean may = switch (event.kind()) {
            case CONNECT -> {
                connected = true;
                open.put(event.connectionId(), new ModelConnection(event, now, generation));
                yield borrowing > 0 && open.size() <= settings.maximum();
            }
            case OVERFLOW_OPEN -> open.size() > settings.poolSize();
            case CHECKOUT -> {
                int first = Integer.parseInt(event.caller().route());
                boolean asPromised = admissions.containsKey(first)
                        && admissions.get(first).callers.size()
                                == event.caller().count();
                boolean usable = borrowing-- > 0 && !connection.inUse && !connection.retiring && isUsable(connection);
                connection.inUse = true;
                connection.since = now;
                holders.put(first, connection);
                peak = Math.max(peak, holders.size());
                yield usable && asPromised;
            }
            case LEAK_SUSPECTED -> connection.leaked && met(event.kind());
            case LEAK_RETURNED -> {
                boolean wasLeaked = connection.leaked && connection.returning;
                connection.leaked = false;
                yield wasLeaked;
            }
            case CHECKIN -> {
                boolean comesBack = connection.inUse && connection.returning && !connection.leaked;
                connection.inUse = false;
                connection.returning = false;
                connection.since = now;
                yield comesBack;
            }
            case SOFT_INVALIDATE -> isMarked(connection) && met(event.kind());
            case RECYCLE -> {
                connection.retiring = true;
                yield borrowed && !connection.inUse && !isMarked(connection) && isOld(connection);
            }
            case INVALIDATE -> {
                connection.retiring = true;
                boolean isAfterBreak = connection.since <= brokeAt;
                brokeAt = now;
                yield connection.inUse
                        ? connection.returning && met(event.kind())
                        : borrowed && connection.dead && (isPinged(connection) || isAfterBreak);
            }
            case OVERFLOW_CLOSE -> {
                connection.overflowReported = true;
                yield open.size() > settings.poolSize();
            }
            case CLOSE -> {
                boolean overflow = open.size() > settings.poolSize();
                open.remove(connection.id);
                yield !connection.inUse
                        && overflow == connection.overflowReported
                        && (connection.retiring || (borrowed && isMarked(connection)) || idleToClose-- > 0);
            }
            case TIMEOUT, REJECTED, DEADLINE, CANCELLED, DISPLACED, SHED -> met(event.kind());
            case CONNECT_FAILED, LEAK_RECLAIMED -> false;
        };
        if (!may) {
            throw new AssertionError("may not happen: " + event);
        }
    }

    /** Whether all expected events have happened. */
    boolean isSettled() {
        return borrowing == 0
                // A broken one that an admitted caller has closed may already be the one that was too many.
                && Math.min(idleToClose, idleAbove(openToKeep)) == 0
                && due.values().stream().allMatch(count -> count == 0)
                && open.values().stream().noneMatch(connection -> connection.returning || connection.retiring);
    }

    /** Starts the next operation. */
    void nextStep() {
        if (connected
                && open.values().stream()
                        .anyMatch(connection -> !connection.inUse && !isMarked(connection) && !isOld(connection))) {
            throw new AssertionError("a connection was opened although another was idle");
        }
        connected = false;
        borrowed = false;
        idleToClose = 0;
    }

    private boolean met(PoolEventKind kind) {
        return due.merge(kind, -1, Integer::sum) >= 0;
    }

    // State

    PoolSnapshot snapshot() {
        return new PoolSnapshot(settings.poolSize(), settings.maxOverflow(), holders.size(), open.size(), queue.size());
    }

    /** The expected number of backends in pg_stat_activity. */
    int backends() {
        return (int)
                open.values().stream().filter(connection -> !connection.dead).count();
    }

    Map<Integer, ModelConnection> holders() {
        return holders;
    }

    List<ModelConnection> living() {
        return open.values().stream().filter(connection -> !connection.dead).toList();
    }

    /** The holders whose connection no cancel is sent to. */
    List<Integer> wantedHolders() {
        return holders.keySet().stream()
                .filter(first -> admissions.get(first).isWanted())
                .toList();
    }

    /** The callers that may cancel. */
    List<Integer> patient() {
        return Stream.concat(queue.stream(), admitted())
                .filter(waiter -> !waiter.cancelled)
                .map(waiter -> waiter.caller)
                .toList();
    }

    /** The callers without an outcome. */
    int undecided() {
        return patient().size();
    }

    int tenants() {
        return tenants.size();
    }

    boolean isOverloaded() {
        return overloaded;
    }

    boolean isSuspended() {
        return suspended;
    }

    private int idle() {
        return open.size()
                - (int) open.values().stream()
                        .filter(connection -> connection.inUse)
                        .count();
    }

    private boolean isMarked(ModelConnection connection) {
        return connection.generation != generation;
    }

    private boolean isOld(ModelConnection connection) {
        return now - connection.opened > settings.poolRecycle().toNanos();
    }

    private boolean isPinged(ModelConnection connection) {
        return now - connection.since > PRE_PING_IDLE;
    }

    private boolean isUsable(ModelConnection connection) {
        return !isMarked(connection) && !isOld(connection) && !(connection.dead && isPinged(connection));
    }

    @Override
    public String toString() {
        return "%s, queue %s, taken %d, borrowing %d, to close %d, due %s"
                .formatted(snapshot(), queue, taken, borrowing, idleToClose, due);
    }
}
