package app.rodmena.auth.events;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts every event and tells every listener, each protected from the failures of the others. Thread-safe. */
public final class PoolEvents {
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

    /** Counts the event, then tells the listeners in the order they were added; never throws. */
    public void emit(PoolEvent event) {
        counts.get(event.kind()).increment();
        if (event.kind() == PoolEventKind.CHECKOUT) {
            callersServed.add(event.caller().count());
        }
        for (PoolListener listener : listeners) {
            try {
                listener.onEvent(event);
            } catch (Throwable failure) {
                isolate(listener, event.kind().name(), failure);
            }
        }
    }

    /** How many events of a kind there have been since start. */
    public long count(PoolEventKind kind) {
        return counts.get(kind).sum();
    }

    /**
     * How many callers got a connection since start: as many as there were checkouts, and more where several went
     * together. With those who timed out and those who were rejected it makes all who ever came and do not wait now.
     */
    public long callersServed() {
        return callersServed.sum();
    }

    /** How many times a listener threw since start. */
    public long listenerFailures() {
        return listenerFailures.sum();
    }

    /**
     * Counts what a listener threw, and logs the first of a kind; also for those who tell listeners of other things
     * than these. Never throws.
     *
     * @param what it failed on, of which there must be few
     */
    public void isolate(Object listener, String what, Throwable failure) {
        listenerFailures.increment();
        String name = listener.getClass().getName();
        if (failuresLogged.add(name + " " + what)) {
            LOG.warn("Listener {} failed on {}; further failures of this kind are only counted", name, what, failure);
        }
    }
}
