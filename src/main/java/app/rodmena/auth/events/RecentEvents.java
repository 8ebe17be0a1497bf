package app.rodmena.auth.events;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Remembers the last events. Lock-free and thread-safe: remembering one never waits for who reads. */
public final class RecentEvents implements PoolListener {
    private record Numbered(long number, PoolEvent event) {}

    private final AtomicReferenceArray<Numbered> ring;
    private final AtomicLong next = new AtomicLong();

    /** @param capacity how many events are remembered */
    public RecentEvents(int capacity) {
        ring = new AtomicReferenceArray<>(capacity);
    }

    @Override
    public void onEvent(PoolEvent event) {
        long number = next.getAndIncrement();
        ring.setRelease(slot(number), new Numbered(number, event));
    }

    /** How many events are remembered at most. */
    public int capacity() {
        return ring.length();
    }

    /** What is remembered now. An event that is just happening may be missing. */
    public List<PoolEvent> newestFirst() {
        long end = next.get();
        List<PoolEvent> events = new ArrayList<>((int) Math.min(end, ring.length()));
        for (long number = end - 1; number >= Math.max(0, end - ring.length()); number--) {
            Numbered entry = ring.getAcquire(slot(number));
            if (entry != null && entry.number() == number) {
                events.add(entry.event());
            }
        }
        return events;
    }

    private int slot(long number) {
        return (int) (number % ring.length());
    }
}
