package app.rodmena.auth.operators;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * An operator that is logged in, with the client's address: {@code alice (control) from 127.0.0.1}. Immutable.
 *
 * @param name the operator's name; {@code anonymous} where no login is required
 * @param address the client's IP address
 */
public record Caller(String name, Role role, String address) {
    private static final ThreadLocal<Caller> CURRENT = new ThreadLocal<>();

    public Caller {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(address, "address");
    }

    /** The operator whose request this thread executes, if any; used in log lines. */
    public static Optional<Caller> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** Executes a task with this operator as the {@link #current()} one. */
    public <T> T call(Callable<T> work) throws Exception {
        Caller before = CURRENT.get();
        CURRENT.set(this);
        try {
            return work.call();
        } finally {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
        }
    }

    @Override
    public String toString() {
        return "%s (%s) from %s".formatted(name, role.word(), address);
    }
}
