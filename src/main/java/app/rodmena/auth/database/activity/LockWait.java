package app.rodmena.auth.database.activity;

import java.util.List;

/**
 * A backend's wait for a lock in PostgreSQL's lock manager. Immutable.
 *
 * @param what the locked object, for example {@code auth_group}, {@code a row of auth_group} or {@code an advisory
 *     lock}; empty if the lock was granted in the meantime
 * @param mode the requested mode, for example {@code AccessShareLock}; empty if the lock was granted in the meantime
 * @param blockedBy the pids that block it, from pg_blocking_pids; 0 stands for a prepared transaction
 */
public record LockWait(String what, String mode, List<Integer> blockedBy) {
    public LockWait {
        blockedBy = List.copyOf(blockedBy);
    }
}
