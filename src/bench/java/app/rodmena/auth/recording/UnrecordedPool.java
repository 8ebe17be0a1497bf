package app.rodmena.auth.recording;

import app.rodmena.auth.events.PoolListener;
import java.time.Duration;

/** The listener that tells the Flight Recorder, while nobody records. */
public final class UnrecordedPool {
    private UnrecordedPool() {}

    /** A new one. */
    public static PoolListener listener() {
        return new FlightRecorderListener(() -> Duration.ofSeconds(1));
    }
}
