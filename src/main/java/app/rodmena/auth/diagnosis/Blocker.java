package app.rodmena.auth.diagnosis;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * Who keeps a connection waiting, at the head of the chain: it waits for no lock itself.
 *
 * @param pid its backend; 0 for a prepared transaction
 * @param application its application_name
 * @param user its role
 * @param state what it does, as {@code idle in transaction}; empty where our role may not see it
 * @param lasting how long it has done so; zero where our role may not see it
 * @param query its last statement, with literals masked if it is not ours; empty where our role may not see it
 * @param connectionId the number of our own connection, if it is one of the pool's
 * @param ours whether it is a backend of this process
 * @param hidden whether our role may not see what it does
 * @param endable whether our role may cancel its statement and end its session
 * @param chain the pids from whoever waits for it directly, to itself; more than one if others wait in between
 */
public record Blocker(
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
}
