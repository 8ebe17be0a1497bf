package app.rodmena.auth.database;

import app.rodmena.auth.common.InvalidSettingException;
import app.rodmena.auth.pool.PoolSettings;

/** Can refuse changes of a running pool's size. */
@FunctionalInterface
public interface ResizeGuard {
    /**
     * Checks a change and makes the preparations for it. Changes are serialized, so this must return within seconds.
     *
     * @param isPreview whether the check must have no effect, for a dry run
     * @throws InvalidSettingException if the change is refused
     */
    void check(PoolSettings now, PoolSettings requested, boolean isPreview);
}
