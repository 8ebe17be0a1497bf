package app.rodmena.auth.pool.event;

import app.rodmena.auth.schema.Description;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts every event and notifies every listener; a failing listener does not affect the others. Thread-safe. */
public final class PoolEvents {
    @Description("Counts of the pool's events since start; they are never reset")
    public record EventTotals(
            @Description(value = "Connections opened", unit = "events")
            long connects,

            @Description(value = "Connections that could not be opened", unit = "events")
            long failedConnects,

            @Description(value = "Checkouts", unit = "events")
            long checkouts,

            @Description(
                    value = "Callers that got a connection: more than checkouts if requests are batched",
                    unit = "callers")
            long callersServed,

            @Description(value = "Check-ins", unit = "events")
            long checkins,

            @Description(value = "Connections found broken", unit = "events")
            long invalidations,

            @Description(value = "Connections marked for replacement", unit = "events")
            long softInvalidations,

            @Description(value = "Connections replaced because they were older than pool_recycle", unit = "events")
            long recycles,

            @Description(value = "Connections opened beyond pool_size", unit = "events")
            long overflowOpens,

            @Description(value = "Connections beyond pool_size closed", unit = "events")
            long overflowCloses,

            @Description(value = "Connections closed", unit = "events")
            long closes,

            @Description(value = "Waits that ended without a connection", unit = "events")
            long timeouts,

            @Description(
                    value = "Callers refused immediately because max_waiting callers were waiting",
                    unit = "events")
            long rejections,

            @Description(value = "Connections in use for longer than leak_threshold", unit = "events")
            long leaksSuspected,

            @Description(value = "Of these, connections that were checked in later", unit = "events")
            long leaksReturned,

            @Description(value = "Of these, connections that were reclaimed after reclaim_leaks_after", unit = "events")
            long leaksReclaimed) {}

    private static final Logger LOG = LoggerFactory.getLogger("auth.events");

    private final List<PoolListener> listeners = new CopyOnWriteArrayList<>();
    private final Map<PoolEventKind, LongAdder> counts = new EnumMap<>(PoolEventKind.class);
    private final LongAdder callersServed = new LongAdder();
    private final LongAdder listenerFailures = new LongAdder();
    private final Set<String> failuresLogged = ConcurrentHashMap.newKeySet();

    public PoolEvents() {
        for (PoolEventKind kind : PoolEventKind.values()) {
            counts.put(kind, new LongAdder());
        }
    }

    public void add(PoolListener listener) {
        listeners.add(listener);
    }

    public void remove(PoolListener listener) {
        listeners.remove(listener);
    }

    /** Counts the event, then notifies the listeners in the order of their registration. Never throws. */
    public void emit(PoolEvent event) {
        counts.get(event.kind()).increment();
        if (event.kind() == PoolEventKind.CHECKOUT) {
            callersServed.add(event.caller().count());
        }
        for (PoolListener listener : listeners) {
            try {
                listener.onEvent(event);
            } catch (Throwable failure) {
                reportListenerFailure(listener, event.kind().name(), failure);
            }
        }
    }

    /** The number of events of a kind since start. */
    public long count(PoolEventKind kind) {
        return counts.get(kind).sum();
    }

    /** The numbers of events of the kinds that MBean and JSON show, since start. */
    public EventTotals totals() {
        // Ends are read before starts, so that no row shows more check-ins than checkouts or more closes than connects.
        long leaksReturned = count(PoolEventKind.LEAK_RETURNED);
        long leaksReclaimed = count(PoolEventKind.LEAK_RECLAIMED);
        long checkins = count(PoolEventKind.CHECKIN);
        long overflowCloses = count(PoolEventKind.OVERFLOW_CLOSE);
        long closes = count(PoolEventKind.CLOSE);
        return new EventTotals(
                count(PoolEventKind.CONNECT),
                count(PoolEventKind.CONNECT_FAILED),
                count(PoolEventKind.CHECKOUT),
                callersServed(),
                checkins,
                count(PoolEventKind.INVALIDATE),
                count(PoolEventKind.SOFT_INVALIDATE),
                count(PoolEventKind.RECYCLE),
                count(PoolEventKind.OVERFLOW_OPEN),
                overflowCloses,
                closes,
                count(PoolEventKind.TIMEOUT),
                count(PoolEventKind.REJECTED),
                count(PoolEventKind.LEAK_SUSPECTED),
                leaksReturned,
                leaksReclaimed);
    }

    /** The number of callers that received a connection: a batch is one checkout, and counts each of its callers. */
    public long callersServed() {
        return callersServed.sum();
    }

    /** The number of failures of listeners since start. */
    public long listenerFailures() {
        return listenerFailures.sum();
    }

    /**
     * Notifies listeners of something other than an event. Never throws.
     *
     * @param what the occasion, for the log
     */
    public <T> void notifyListeners(List<T> listeners, String what, Consumer<T> notification) {
        for (T listener : listeners) {
            try {
                notification.accept(listener);
            } catch (Throwable failure) {
                reportListenerFailure(listener, what, failure);
            }
        }
    }

    /** Counts a failure of a listener, and logs the first of its kind. Never throws. */
    private void reportListenerFailure(Object listener, String what, Throwable failure) {
        listenerFailures.increment();
        String name = listener.getClass().getName();
        if (failuresLogged.add(name + " " + what)) {
            LOG.warn("Listener {} failed on {}; further failures of this kind are only counted", name, what, failure);
        }
    }
}
