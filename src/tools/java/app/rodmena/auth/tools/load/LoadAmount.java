package app.rodmena.auth.tools.load;

import java.time.Duration;

/** The amount of load: a number of requests, or a duration. */
public sealed interface LoadAmount {
    /** A number of requests, successful or not. */
    record Requests(long count) implements LoadAmount {
        public static final int MAX_COUNT = 100_000_000;

        public Requests {
            if (count < 1 || count > MAX_COUNT) {
                throw new IllegalArgumentException("must be 1 to " + MAX_COUNT);
            }
        }
    }

    /** A duration; requests in flight at its end are awaited. */
    record During(Duration time) implements LoadAmount {
        public static final Duration MAX_TIME = Duration.ofDays(1);

        public During {
            if (time.isZero() || time.isNegative() || time.compareTo(MAX_TIME) > 0) {
                throw new IllegalArgumentException("must be 1ms to 1d");
            }
        }
    }
}
