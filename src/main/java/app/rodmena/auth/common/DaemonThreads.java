package app.rodmena.auth.common;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Thread factories whose threads do not keep the JVM alive. */
public final class DaemonThreads {
    private DaemonThreads() {}

    /** Gives every thread the same name. */
    public static ThreadFactory named(String name) {
        return task -> daemon(task, name);
    }

    /** Names the threads {@code <prefix>-1}, {@code <prefix>-2} and so on. */
    public static ThreadFactory numbered(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> daemon(task, prefix + "-" + count.incrementAndGet());
    }

    /** Starts a thread that runs the task. */
    public static Thread start(String name, Runnable task) {
        Thread thread = daemon(task, name);
        thread.start();
        return thread;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
