package app.rodmena.auth.metrics;

import app.rodmena.auth.events.PoolListener;
import com.codahale.metrics.MetricRegistry;

/** The listener that measures, without all that it is part of. */
public final class MeasuredPool {
    private MeasuredPool() {}

    /** A new one, of a registry of its own. */
    public static PoolListener listener() {
        return new PoolTimes(new MetricRegistry());
    }
}
