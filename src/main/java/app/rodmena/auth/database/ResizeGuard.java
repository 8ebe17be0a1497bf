package app.rodmena.auth.database;

import app.rodmena.auth.pool.InvalidPoolSetting;
import app.rodmena.auth.pool.PoolSettings;

/** Has a say in what a running pool becomes. */
@FunctionalInterface
public interface ResizeGuard {
    /**
     * Lets a change pass or not. Changes wait for each other here, so it must answer within seconds.
     *
     * @throws InvalidPoolSetting if it must not be
     */
    void check(PoolSettings now, PoolSettings wanted);
}
