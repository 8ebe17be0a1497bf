package app.rodmena.auth.database;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Something that all servers of a process have together: the first to come opens it, the last to leave closes it.
 * Thread-safe.
 */
public final class OncePerProcess<T> {
    private final String name;
    private final Consumer<T> end;

    /** Null while nobody has it; guarded by this, as all below, also while it is opened and closed. */
    private T thing;

    private Object owner;
    private Object config;
    private int users;

    /**
     * @param name what it is, in one word
     * @param end closes it
     */
    public OncePerProcess(String name, Consumer<T> end) {
        this.name = name;
        this.end = end;
    }

    /** One user's part in it, until that user leaves by closing it; closing again does nothing. Thread-safe. */
    public static final class Share<T> implements AutoCloseable {
        private final OncePerProcess<T> all;
        private final T thing;
        private boolean left;

        private Share(OncePerProcess<T> all) {
            this.all = all;
            this.thing = all.thing;
        }

        /** What is shared, also after this is closed; by then nobody may have it open any more. */
        public T get() {
            return thing;
        }

        @Override
        public void close() {
            close(all.end);
        }

        /** @param lastly closes it, in place of what closes it else, if there is no other user */
        void close(Consumer<T> lastly) {
            synchronized (all) {
                if (!left) {
                    left = true;
                    all.leave(lastly);
                }
            }
        }
    }

    /** As the other one does, for what has no settings. */
    public Share<T> open(Object owner, Supplier<T> opening) {
        return open(owner, "no settings", opening);
    }

    /**
     * Opens it, or joins those who have it open. While it is being closed, waits for that; and so while it is open for
     * another owner, whose time is over then, until its users have left. An interrupt does not end the waiting, and the
     * thread stays interrupted.
     *
     * @param owner what it belongs to and ends with
     * @param config its settings
     * @throws IllegalStateException if it is open with other settings
     */
    public synchronized Share<T> open(Object owner, Object config, Supplier<T> opening) {
        awaitEndOfFormer(owner);
        if (thing == null) {
            thing = opening.get();
            this.owner = owner;
            this.config = config;
        } else if (!this.config.equals(config)) {
            throw new IllegalStateException(
                    "one %s per process: it is open with %s, and can't be opened with %s as well"
                            .formatted(name, this.config, config));
        }
        users++;
        return new Share<>(this);
    }

    private void awaitEndOfFormer(Object next) {
        boolean interrupted = false;
        while (thing != null && !owner.equals(next)) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void leave(Consumer<T> lastly) {
        if (--users > 0) {
            return;
        }
        try {
            lastly.accept(thing);
        } finally {
            thing = null;
            owner = null;
            config = null;
            notifyAll();
        }
    }
}
