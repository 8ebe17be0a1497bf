package app.rodmena.auth.pool.event;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the interceptors in the order of their registration, until the first veto; a failing interceptor does not
 * affect the others. Thread-safe.
 */
public final class PoolInterceptors {
    private static final Logger LOG = LoggerFactory.getLogger("auth.events");

    private final List<PoolInterceptor> interceptors = new CopyOnWriteArrayList<>();
    private final LongAdder failures = new LongAdder();
    private final Set<String> failuresLogged = ConcurrentHashMap.newKeySet();

    public void add(PoolInterceptor interceptor) {
        interceptors.add(interceptor);
    }

    public void remove(PoolInterceptor interceptor) {
        interceptors.remove(interceptor);
    }

    public boolean isEmpty() {
        return interceptors.isEmpty();
    }

    /** The first veto, such as {@code vetoed by ReplicaGuard: read-only}; empty if there is none. Never throws. */
    public Optional<String> veto(ConnectionCandidate candidate) {
        for (PoolInterceptor interceptor : interceptors) {
            try {
                Optional<String> veto = interceptor.veto(candidate);
                if (veto.isPresent()) {
                    return Optional.of("vetoed by %s: %s".formatted(nameOf(interceptor), veto.get()));
                }
            } catch (Throwable failure) {
                reportFailure(interceptor, failure);
            }
        }
        return Optional.empty();
    }

    public long failures() {
        return failures.sum();
    }

    private void reportFailure(PoolInterceptor interceptor, Throwable failure) {
        failures.increment();
        if (failuresLogged.add(interceptor.getClass().getName())) {
            LOG.warn(
                    "Interceptor {} failed; this is no veto, and further failures are only counted",
                    interceptor.getClass().getName(),
                    failure);
        }
    }

    /** The class name without its package; for a lambda, the name of the enclosing class. */
    private static String nameOf(PoolInterceptor interceptor) {
        String name = interceptor.getClass().getName();
        int lambda = name.indexOf("$$Lambda");
        return name.substring(
                name.lastIndexOf('.', lambda < 0 ? name.length() : lambda) + 1, lambda < 0 ? name.length() : lambda);
    }
}
