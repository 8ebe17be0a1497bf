package app.rodmena.auth.activity;

import java.util.List;

/**
 * What a backend waits for in PostgreSQL's lock manager.
 *
 * @param what what is locked, as {@code auth_group}, {@code a row of auth_group} or {@code an advisory lock}; empty
 *     where it was granted before one could see it
 * @param mode the mode wanted, as {@code AccessShareLock}; empty likewise
 * @param blockedBy the pids that keep it waiting, as pg_blocking_pids tells; 0 stands for a prepared transaction
 */
public record LockWait(String what, String mode, List<Integer> blockedBy) {
    public LockWait {
        blockedBy = List.copyOf(blockedBy);
    }
}
