package app.rodmena.auth.database;

import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.pool.PoolSettings;

/** Can refuse changes of a running pool's size. */
public interface ResizeGuard {
    /**
     * Checks a change and makes the preparations for it. Changes are serialized, so this must return within seconds.
     *
     * @throws InvalidSettingException if the change is refused
     */
    void check(PoolSettings now, PoolSettings requested);

    /**
     * Does the same check without effect, for a dry run.
     *
     * @throws InvalidSettingException if the change would be refused
     */
    void preview(PoolSettings now, PoolSettings requested);
}
