package app.rodmena.auth.pool;

import java.time.Duration;

/** Copies of settings with one other value. */
record Settings(PoolSettings base) {
    static Settings of(PoolSettings base) {
        return new Settings(base);
    }

    PoolSettings poolTimeout(Duration poolTimeout) {
        return with(poolTimeout, base.poolRecycle(), base.prePing(), base.leakThreshold(), base.maxWaiting());
    }

    PoolSettings poolRecycle(Duration poolRecycle) {
        return with(base.poolTimeout(), poolRecycle, base.prePing(), base.leakThreshold(), base.maxWaiting());
    }

    PoolSettings prePing(PrePing prePing) {
        return with(base.poolTimeout(), base.poolRecycle(), prePing, base.leakThreshold(), base.maxWaiting());
    }

    PoolSettings leakThreshold(Duration leakThreshold) {
        return with(base.poolTimeout(), base.poolRecycle(), base.prePing(), leakThreshold, base.maxWaiting());
    }

    PoolSettings maxWaiting(int maxWaiting) {
        return with(base.poolTimeout(), base.poolRecycle(), base.prePing(), base.leakThreshold(), maxWaiting);
    }

    PoolSettings limits(Duration statementTimeout, Duration connectTimeout, Duration socketTimeout) {
        return new PoolSettings(
                base.poolSize(),
                base.maxOverflow(),
                base.poolTimeout(),
                base.poolRecycle(),
                base.prePing(),
                statementTimeout,
                connectTimeout,
                socketTimeout,
                base.leakThreshold(),
                base.reclaimLeaksAfter(),
                base.slowStatement(),
                base.maxWaiting(),
                base.workers(),
                base.batchSlots());
    }

    private PoolSettings with(
            Duration poolTimeout, Duration poolRecycle, PrePing prePing, Duration leakThreshold, int maxWaiting) {
        return new PoolSettings(
                base.poolSize(),
                base.maxOverflow(),
                poolTimeout,
                poolRecycle,
                prePing,
                base.statementTimeout(),
                base.connectTimeout(),
                base.socketTimeout(),
                leakThreshold,
                base.reclaimLeaksAfter(),
                base.slowStatement(),
                maxWaiting,
                base.workers(),
                base.batchSlots());
    }
}
