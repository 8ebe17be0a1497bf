package app.rodmena.auth.load;

import java.time.Duration;

/** How much load: so many requests, or so long. */
public sealed interface Amount {
    /** So many requests, whatever becomes of them. */
    record Requests(long count) implements Amount {
        public static final int MOST = 100_000_000;

        public Requests {
            if (count < 1 || count > MOST) {
                throw new IllegalArgumentException("must be 1 to " + MOST);
            }
        }
    }

    /** As long as this; what is under way then is awaited. */
    record During(Duration time) implements Amount {
        public static final Duration LONGEST = Duration.ofDays(1);

        public During {
            if (time.isZero() || time.isNegative() || time.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("must be 1ms to 1d");
            }
        }
    }
}
