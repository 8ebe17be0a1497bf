package app.rodmena.auth.metrics.jfr;

import app.rodmena.auth.pool.event.PoolListener;
import java.time.Duration;

/** Gives benchmarks the Flight Recorder listener while no recording runs. */
public final class UnrecordedPool {
    private UnrecordedPool() {}

    /** A new listener. */
    public static PoolListener listener() {
        return new FlightRecorderListener(() -> Duration.ofSeconds(1));
    }
}
