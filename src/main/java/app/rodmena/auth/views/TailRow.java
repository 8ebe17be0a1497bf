package app.rodmena.auth.views;

import app.rodmena.auth.metrics.Tail;

/** How long something took, in short; {@link Tail} says what the numbers are. */
public record TailRow(long count, double medianMillis, double p99Millis, double mostMillis) {

    static TailRow of(Tail tail) {
        return new TailRow(tail.count(), Text.millis(tail.median()), Text.millis(tail.p99()), Text.millis(tail.most()));
    }
}
