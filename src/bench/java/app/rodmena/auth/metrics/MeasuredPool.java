package app.rodmena.auth.metrics;

import app.rodmena.auth.pool.event.PoolListener;
import com.codahale.metrics.MetricRegistry;

/** Gives benchmarks the listener that records the pool's times. */
public final class MeasuredPool {
    private MeasuredPool() {}

    /** A new listener with its own registry. */
    public static PoolListener listener() {
        return new PoolTimes(new MetricRegistry());
    }
}
