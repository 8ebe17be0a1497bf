package app.rodmena.auth;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * How long the process lives, and with which code it exits. A signal does not stop anything by itself: it lets the main
 * thread go on to its end, where everything is closed, in order, and then the process exits with the main thread's code
 * (left to the JVM, SIGTERM would exit with 143 however well it went).
 */
final class ProcessLifecycle {
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private final boolean handlesSignals;
    private boolean isHooked;
    private Thread starting;

    /** Of no process: only {@link #stop()} stops it. */
    ProcessLifecycle() {
        this(false);
    }

    private ProcessLifecycle(boolean handlesSignals) {
        this.handlesSignals = handlesSignals;
    }

    /** Handles signals from now on. */
    static ProcessLifecycle ofServer() {
        ProcessLifecycle lifetime = ofCommand();
        lifetime.handleSignals();
        return lifetime;
    }

    /** Handles signals from its first start on; before, they end the process at once, also at a password prompt. */
    static ProcessLifecycle ofCommand() {
        return new ProcessLifecycle(true);
    }

    private synchronized void handleSignals() {
        if (handlesSignals && !isHooked) {
            isHooked = true;
            Runtime.getRuntime().addShutdownHook(new Thread(this::haltWhenDone, "shutdown"));
        }
    }

    /**
     * Starts something; a stop does not wait for that but interrupts it, and then whatever it throws, it throws because
     * of that.
     *
     * @throws InterruptedException if the process was asked to stop before the start was over
     */
    <T> T start(Callable<T> start) throws Exception {
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
        Thread.interrupted(); // Who came too late to interrupt the start must not interrupt what follows.
    }

    /** Waits until the process is asked to stop; at once if it has been already. */
    void awaitStop() throws InterruptedException {
        stop.await();
    }

    /** Asks for the end, as a signal does. */
    synchronized void stop() {
        stop.countDown();
        if (starting != null) {
            starting.interrupt();
        }
    }

    private boolean isAskedToStop() {
        return stop.getCount() == 0;
    }

    /** Ends the process. Everything must be closed. Does not return. */
    void end(int code) {
        exitCode.complete(code);
        // Blocks for ever if a signal came before, in which case the hook ends the process
        System.exit(code);
    }

    private void haltWhenDone() {
        stop();
        int code = exitCode.join();
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }
}
