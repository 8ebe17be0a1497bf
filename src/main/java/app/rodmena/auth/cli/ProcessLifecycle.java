package app.rodmena.auth.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the process in order and sets its exit code. A signal closes nothing itself: it releases the main thread, which
 * closes all components in order; the process then exits with the main thread's code. (By default, the JVM exits with
 * 143 on SIGTERM, also after an orderly stop.) SIGTERM, SIGINT and SIGHUP are equal; the second of them does not wait
 * for what is optional. Thread-safe.
 */
public final class ProcessLifecycle {
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private final boolean handlesSignals;
    private boolean isHooked;
    private Thread starting;
    private int stops;
    private Runnable onSecondStop = () -> {};

    /** A lifecycle without signal handling: only {@link #stop()} stops it. */
    public ProcessLifecycle() {
        this(false);
    }

    private ProcessLifecycle(boolean handlesSignals) {
        this.handlesSignals = handlesSignals;
    }

    /** A lifecycle that handles signals immediately. */
    static ProcessLifecycle ofServer() {
        ProcessLifecycle lifecycle = ofCommand();
        lifecycle.handleSignals();
        return lifecycle;
    }

    /** A lifecycle that handles signals from its first start on; earlier signals end the process immediately. */
    static ProcessLifecycle ofCommand() {
        return new ProcessLifecycle(true);
    }

    private synchronized void handleSignals() {
        if (handlesSignals && !isHooked) {
            isHooked = true;
            Runtime.getRuntime().addShutdownHook(new Thread(this::haltWhenDone, "shutdown"));
            StopSignals.handle(this::stop);
        }
    }

    /**
     * Runs a start. A stop interrupts the start instead of waiting for it; an exception of the interrupted start is
     * reported as the interruption.
     *
     * @throws InterruptedException if the process was asked to stop before the start, or if the start failed after that
     */
    public <T> T start(Callable<T> start) throws Exception {
        begin();
        try {
            return start.call();
        } catch (Exception e) {
            if (!isAskedToStop()) {
                throw e;
            }
            InterruptedException interrupted = new InterruptedException("asked to stop while starting");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            finish();
        }
    }

    private synchronized void begin() throws InterruptedException {
        if (isAskedToStop()) {
            throw new InterruptedException("asked to stop before starting");
        }
        handleSignals();
        starting = Thread.currentThread();
    }

    private synchronized void finish() {
        starting = null;
        Thread.interrupted(); // An interrupt that came too late for the start must not affect later work.
    }

    /** Waits until the process is asked to stop; returns immediately if it already was. */
    void awaitStop() throws InterruptedException {
        stop.await();
    }

    /** Asks the process to stop, like a signal. The second call also ends the waits that are optional. */
    synchronized void stop() {
        stops++;
        stop.countDown();
        if (starting != null) {
            starting.interrupt();
        }
        if (stops > 1) {
            onSecondStop.run();
        }
    }

    /** @param action run at the second request to stop, or immediately if there were two already; must not block */
    synchronized void onSecondStop(Runnable action) {
        onSecondStop = action;
        if (stops > 1) {
            action.run();
        }
    }

    private boolean isAskedToStop() {
        return stop.getCount() == 0;
    }

    /** Ends the process with this code. All components must be closed. Does not return. */
    void end(int code) {
        exitCode.complete(code);
        // Blocks forever if a signal came before; the shutdown hook then ends the process.
        System.exit(code);
    }

    private void haltWhenDone() {
        stop();
        int code = exitCode.join();
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }

    /**
     * The signals that ask a process to stop. Without a handler the JVM runs its shutdown hooks at the first one and
     * ignores the others. A signal that is ignored, as SIGHUP under nohup, stays so.
     *
     * <p>The JDK's only API for signals is {@code sun.misc.Signal} of the module jdk.unsupported; javac warns of each
     * use, so that it is called by reflection.
     */
    static final class StopSignals {
        private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);
        private static final List<String> NAMES = List.of("TERM", "INT", "HUP");

        private StopSignals() {}

        /** Runs an action on a thread of the JVM at each of these signals. */
        static void handle(Runnable action) {
            try {
                Class<?> signal = Class.forName("sun.misc.Signal");
                Class<?> handler = Class.forName("sun.misc.SignalHandler");
                Object onSignal = Proxy.newProxyInstance(
                        StopSignals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                            action.run();
                            return null;
                        });
                for (String name : NAMES) {
                    signal.getMethod("handle", signal, handler)
                            .invoke(null, signal.getConstructor(String.class).newInstance(name), onSignal);
                }
            } catch (ReflectiveOperationException | RuntimeException e) {
                // With -Xrs, or in a runtime image without jdk.unsupported: the JVM's own handling remains.
                Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
                LOG.debug("A second signal has no effect: {}", String.valueOf(cause));
            }
        }
    }
}
