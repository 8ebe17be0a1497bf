package app.rodmena.auth.diagnosis;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * The session at the head of a chain of lock waits. It waits for no lock itself, except in a deadlock. Immutable.
 *
 * @param kind what kind of session it is
 * @param pid the pid of its backend; 0 for a prepared transaction
 * @param application its application_name; the global identifier of a prepared transaction
 * @param user its role
 * @param state its state, for example {@code idle in transaction}; empty if hidden from the pool's role
 * @param lasting the time in this state, or the running time of an active statement; zero if hidden from the pool's
 *     role
 * @param query its last statement, with literals masked if it is not from this process; empty if hidden from the pool's
 *     role
 * @param connectionId the number of the pool's connection; empty if it is not a connection of the pool
 * @param ours whether it is a backend of this process
 * @param hidden whether its state is hidden from the pool's role
 * @param endable whether the pool's role may cancel its statement and terminate its session
 * @param chain the pids of the chain, from the direct blocker to {@code pid}; more than one if other sessions wait in
 *     between
 */
public record Blocker(
        BlockerKind kind,
        int pid,
        String application,
        String user,
        String state,
        Duration lasting,
        String query,
        OptionalInt connectionId,
        boolean ours,
        boolean hidden,
        boolean endable,
        List<Integer> chain) {
    public Blocker {
        chain = List.copyOf(chain);
    }

    /** The session without its activity, for example {@code pid 4123 (psql)}. */
    public String label() {
        return Phrases.session(this);
    }
}
