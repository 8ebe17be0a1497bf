package app.rodmena.auth.database;

import app.rodmena.auth.pool.InvalidPoolSetting;
import app.rodmena.auth.pool.PoolSettings;

/** Has a say in what a running pool becomes. */
public interface ResizeGuard {
    /**
     * Lets a change pass or not, and sees to what is needed for it. Changes wait for each other here, so it must answer
     * within seconds.
     *
     * @throws InvalidPoolSetting if it must not be
     */
    void check(PoolSettings now, PoolSettings wanted);

    /**
     * What {@link #check} would say, for a change that is not made.
     *
     * @throws InvalidPoolSetting if it must not be
     */
    void rehearse(PoolSettings now, PoolSettings wanted);
}
