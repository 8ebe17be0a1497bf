package app.rodmena.auth.recording;

import app.rodmena.auth.events.PoolListener;
import java.time.Duration;

/** Gives benchmarks the Flight Recorder listener while no recording runs. */
public final class UnrecordedPool {
    private UnrecordedPool() {}

    /** A new listener. */
    public static PoolListener listener() {
        return new FlightRecorderListener(() -> Duration.ofSeconds(1));
    }
}
