package app.rodmena.auth.metrics;

/** A measurement of the last minute. Its owner calls {@link #rotate} every {@link SlidingWindowHistogram#SLICE}. */
interface SlidingWindow {
    /** Starts the next slice. */
    void rotate();

    /** Removes the slices so far. */
    void reset();
}
