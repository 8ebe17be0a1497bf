package app.rodmena.auth.security;

import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * An operator that is logged in, with the client's address: {@code alice (control) from 127.0.0.1}. Immutable.
 *
 * @param name the operator's name; {@code anonymous} where no login is required
 * @param address the client's IP address
 */
public record OperatorSession(String name, OperatorRole role, String address) {
    private static final ThreadLocal<OperatorSession> CURRENT = new ThreadLocal<>();

    /** The operator whose request this thread executes, if any; used in log lines. */
    public static Optional<OperatorSession> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** Executes a task with this operator as the {@link #current()} one. */
    public <T> T execute(Callable<T> task) throws Exception {
        OperatorSession previous = CURRENT.get();
        CURRENT.set(this);
        try {
            return task.call();
        } finally {
            if (previous == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(previous);
            }
        }
    }

    @Override
    public String toString() {
        return "%s (%s) from %s".formatted(name, role.wireName(), address);
    }
}
