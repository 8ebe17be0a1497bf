package app.rodmena.auth.operators;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Somebody outside who asks for something now: {@code alice (control) from 127.0.0.1}. Immutable.
 *
 * @param name the operator's, or {@code anonymous} where nobody has to log in
 * @param address where from, as an address
 */
public record Caller(String name, Role role, String address) {
    private static final ThreadLocal<Caller> CURRENT = new ThreadLocal<>();

    public Caller {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(address, "address");
    }

    /** On whose behalf this thread works, if it works for somebody outside: for a log that says who. */
    public static Optional<Caller> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** Does work on this one's behalf: within it they are the {@link #current()} one. */
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
