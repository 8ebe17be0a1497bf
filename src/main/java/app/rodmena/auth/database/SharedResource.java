package app.rodmena.auth.database;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** A resource shared by all servers of a process: the first user opens it, the last one closes it. Thread-safe. */
public final class SharedResource<T> {
    private final String name;
    private final Consumer<T> closer;

    /** Null while it is not in use; this and the fields below are guarded by this, also during opening and closing. */
    private T resource;

    private Object owner;
    private Object config;
    private int users;

    /**
     * @param name its name, in one word
     * @param end closes the resource
     */
    public SharedResource(String name, Consumer<T> end) {
        this.name = name;
        this.closer = end;
    }

    /** One user's share of the resource, until it is closed; closing is idempotent. Thread-safe. */
    public static final class Share<T> implements AutoCloseable {
        private final SharedResource<T> shared;
        private final T value;
        private boolean closed;

        private Share(SharedResource<T> all) {
            this.shared = all;
            this.value = all.resource;
        }

        /** The resource; also after this share is closed, when the resource may be closed, too. */
        public T get() {
            return value;
        }

        @Override
        public void close() {
            close(shared.closer);
        }

        /** @param finalCloser closes the resource instead of the default action, if there is no other user */
        void close(Consumer<T> finalCloser) {
            synchronized (shared) {
                if (!closed) {
                    closed = true;
                    shared.release(finalCloser);
                }
            }
        }
    }

    /** The same for a resource without settings. */
    public Share<T> open(Object owner, Supplier<T> opener) {
        return open(owner, "no settings", opener);
    }

    /**
     * Opens the resource, or a further share of it if it is open. Waits while the resource is being closed, and while
     * it is open for another owner, which is ending then, until all its shares are closed. An interrupt does not end
     * the wait; the interrupt status is kept.
     *
     * @param owner the object that it belongs to and ends with
     * @param config its settings
     * @throws IllegalStateException if it is open with other settings
     */
    public synchronized Share<T> open(Object owner, Object config, Supplier<T> opener) {
        awaitPreviousClosed(owner);
        if (resource == null) {
            resource = opener.get();
            this.owner = owner;
            this.config = config;
        } else if (!this.config.equals(config)) {
            throw new IllegalStateException(
                    "one %s per process: it is open with %s, and cannot be opened with %s as well"
                            .formatted(name, this.config, config));
        }
        users++;
        return new Share<>(this);
    }

    private void awaitPreviousClosed(Object nextOwner) {
        boolean interrupted = false;
        while (resource != null && !owner.equals(nextOwner)) {
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

    private void release(Consumer<T> finalCloser) {
        if (--users > 0) {
            return;
        }
        try {
            finalCloser.accept(resource);
        } finally {
            resource = null;
            owner = null;
            config = null;
            notifyAll();
        }
    }
}
