package app.rodmena.auth.pool;

import app.rodmena.auth.common.WireNamed;
import java.util.Locale;

/** A named pool size. */
public enum PoolProfile implements WireNamed {
    /** For typical services: 5+5. */
    DEFAULT(5, 5),
    /** For many concurrent requests, and a database with enough capacity: 10+10. */
    HIGH_TRAFFIC(10, 10),
    /** For a small machine, or a database with few connections: 3+2. */
    LOW_MEMORY(3, 2),
    /** For development: 10+20. */
    DEVELOPMENT(10, 20);

    private final int poolSize;
    private final int maxOverflow;

    PoolProfile(int poolSize, int maxOverflow) {
        this.poolSize = poolSize;
        this.maxOverflow = maxOverflow;
    }

    public int poolSize() {
        return poolSize;
    }

    public int maxOverflow() {
        return maxOverflow;
    }

    @Override
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
