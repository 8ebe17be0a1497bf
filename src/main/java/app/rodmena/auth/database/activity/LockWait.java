package app.rodmena.auth.database.activity;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A backend's wait for a lock in PostgreSQL's lock manager. Immutable.
 *
 * @param what the locked object, for example {@code auth_group}, {@code a row of auth_group} or {@code the advisory
 *     lock 42}; empty if the lock was granted in the meantime
 * @param mode the requested mode, for example {@code AccessShareLock}; empty if the lock was granted in the meantime
 * @param blockedBy the pids that block it, from pg_blocking_pids; 0 stands for a prepared transaction
 * @param prepared the prepared transaction that blocks it; empty if there is none or it is unknown
 */
public record LockWait(String what, String mode, List<Integer> blockedBy, Optional<PreparedTransaction> prepared) {
    public LockWait {
        blockedBy = List.copyOf(blockedBy);
    }

    /**
     * A transaction prepared for two-phase commit that holds a lock. It has no backend.
     *
     * @param gid its global identifier, which its client chose
     */
    public record PreparedTransaction(String gid, String owner, Duration age) {}
}
