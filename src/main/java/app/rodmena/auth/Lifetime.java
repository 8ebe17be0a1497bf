package app.rodmena.auth;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * How long the process lives, and with which code it exits. A signal does not stop anything by itself: it lets the main
 * thread go on to its end, where everything is closed, in order, and then the process exits with the main thread's code
 * (left to the JVM, SIGTERM would exit with 143 however well it went).
 */
final class Lifetime {
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

    static Lifetime ofThisProcess() {
        Lifetime lifetime = new Lifetime();
        Runtime.getRuntime().addShutdownHook(new Thread(lifetime::haltWhenDone, "shutdown"));
        return lifetime;
    }

    /** Waits until the process is asked to stop; at once if it has been already, while starting. */
    void awaitStop() throws InterruptedException {
        stop.await();
    }

    /** Asks for the end, as a signal does. */
    void stop() {
        stop.countDown();
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
