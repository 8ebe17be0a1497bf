package app.rodmena.auth.pool.event;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** A ring buffer of the latest events. Lock-free and thread-safe: a writer never waits for a reader. */
public final class RecentEvents implements PoolListener {
    private record Numbered(long number, PoolEvent event) {}

    private final AtomicReferenceArray<Numbered> ring;
    private final AtomicLong next = new AtomicLong();

    public RecentEvents(int capacity) {
        ring = new AtomicReferenceArray<>(capacity);
    }

    @Override
    public void onEvent(PoolEvent event) {
        long number = next.getAndIncrement();
        ring.setRelease(slot(number), new Numbered(number, event));
    }

    public int capacity() {
        return ring.length();
    }

    /** The buffered events, newest first. An event that is being written concurrently may be missing. */
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
