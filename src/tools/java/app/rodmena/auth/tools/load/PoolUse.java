package app.rodmena.auth.tools.load;

/**
 * The pool during a load test, from samples of {@code GET /health}.
 *
 * @param poolSize pool_size
 * @param maximum pool_size + max_overflow
 * @param looks the number of samples
 * @param fewestOut minimum of the connections in use
 * @param mostOut maximum of the connections in use
 * @param allOut the samples in which all connections were in use
 * @param mostOpen maximum of the open connections
 * @param meanOverflow mean of the connections open beyond pool_size
 * @param mostOverflow maximum of the connections open beyond pool_size
 * @param allOpen the samples in which the maximum number of connections was open
 */
public record PoolUse(
        int poolSize,
        int maximum,
        long looks,
        int fewestOut,
        int mostOut,
        Peak allOut,
        int mostOpen,
        double meanOverflow,
        int mostOverflow,
        Peak allOpen) {
    /**
     * The samples in which a number was at its maximum.
     *
     * @param looks the number of samples at the maximum
     * @param looksSince the number of all samples since the first of these
     * @param secondsSince seconds from the first of these to the last sample
     */
    public record Peak(long looks, long looksSince, double secondsSince) {
        /** Not at the maximum in any sample. */
        static final Peak NONE = new Peak(0, 0, 0);

        /**
         * A copy with one more sample.
         *
         * @param seconds since the previous sample
         */
        Peak plusSample(boolean isAtMaximum, double seconds) {
            return looks == 0 && !isAtMaximum
                    ? this
                    : new Peak(looks + (isAtMaximum ? 1 : 0), looksSince + 1, looks == 0 ? 0 : secondsSince + seconds);
        }
    }
}
