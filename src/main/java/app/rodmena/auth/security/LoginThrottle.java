package app.rodmena.auth.security;

import app.rodmena.auth.common.DaemonThreads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Limits the rate of login attempts. Each client address has a queue, and its passwords are verified one at a time. A
 * wrong password is answered after a second, and only then is the next attempt verified. Guessing is therefore slow
 * however many connections an attacker uses, other addresses do not wait for it, and at most two threads verify
 * passwords. Thread-safe; no method blocks.
 */
final class LoginThrottle implements AutoCloseable {
    private static final Duration FAILURE_DELAY = Duration.ofSeconds(1);
    private static final int MAX_WAITING = 8;
    private static final int MAX_ADDRESSES = 1000;

    /** The queue of each address; its head is the attempt that is being verified. */
    private final Map<String, Queue<LoginAttempt>> queues = new HashMap<>();

    private final ScheduledThreadPoolExecutor threads =
            new ScheduledThreadPoolExecutor(2, DaemonThreads.named("auth-operators"));

    private record LoginAttempt(BooleanSupplier verification, CompletableFuture<Boolean> result) {}

    LoginThrottle() {
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Verifies a password when the earlier attempts of the same address are done.
     *
     * @param verification hashes and compares the password
     * @return whether the password is right; fails with {@link Operators.TooManyLoginAttemptsException} if too many
     *     attempts are waiting, and with any exception of the verification
     */
    CompletableFuture<Boolean> verify(String address, BooleanSupplier verification) {
        LoginAttempt attempt = new LoginAttempt(verification, new CompletableFuture<>());
        synchronized (this) {
            Queue<LoginAttempt> queue = queues.get(address);
            if (threads.isShutdown()) {
                attempt.result.complete(false);
            } else if (queue == null ? queues.size() >= MAX_ADDRESSES : queue.size() >= MAX_WAITING) {
                attempt.result.completeExceptionally(new Operators.TooManyLoginAttemptsException());
            } else if (queue == null) {
                queues.put(address, new ArrayDeque<>(List.of(attempt)));
                start(address, attempt);
            } else {
                queue.add(attempt);
            }
        }
        return attempt.result;
    }

    private void start(String address, LoginAttempt attempt) {
        threads.execute(() -> {
            boolean matches;
            try {
                matches = attempt.verification.getAsBoolean();
            } catch (Throwable e) {
                finish(address, () -> attempt.result.completeExceptionally(e));
                return;
            }
            if (matches) {
                finish(address, () -> attempt.result.complete(true));
            } else {
                var unused = threads.schedule(
                        () -> finish(address, () -> attempt.result.complete(false)),
                        FAILURE_DELAY.toMillis(),
                        TimeUnit.MILLISECONDS);
            }
        });
    }

    private void finish(String address, Runnable complete) {
        synchronized (this) {
            Queue<LoginAttempt> queue = queues.get(address);
            queue.remove();
            if (queue.isEmpty()) {
                queues.remove(address);
            } else if (!threads.isShutdown()) {
                start(address, queue.element());
            }
        }
        complete.run();
    }

    /** Refuses all waiting attempts. */
    @Override
    public void close() {
        List<LoginAttempt> waiting;
        synchronized (this) {
            threads.shutdownNow();
            waiting = queues.values().stream().flatMap(Queue::stream).toList();
        }
        waiting.forEach(attempt -> attempt.result.complete(false));
    }
}
