package app.rodmena.auth.load;

/**
 * What was seen of the pool while load was put on, in looks at {@code GET /health}.
 *
 * @param poolSize pool_size
 * @param maximum pool_size + max_overflow
 * @param looks how often it was seen
 * @param fewestOut fewest connections in use of all looks
 * @param mostOut most connections in use
 * @param allOut when all of the maximum were in use
 * @param mostOpen most connections open
 * @param meanOverflow connections open beyond pool_size, on average
 * @param mostOverflow the most of them
 * @param allOpen when as many connections were open as may be
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
     * How often something was at its maximum.
     *
     * @param looks at which it was
     * @param looksSince looks since the first of them
     * @param secondsSince from the first of them to the last look of all
     */
    public record Peak(long looks, long looksSince, double secondsSince) {
        /** Never, so far. */
        static final Peak NONE = new Peak(0, 0, 0);

        /**
         * The same with one look more.
         *
         * @param seconds since the look before
         */
        Peak and(boolean isAtMaximum, double seconds) {
            return looks == 0 && !isAtMaximum
                    ? this
                    : new Peak(looks + (isAtMaximum ? 1 : 0), looksSince + 1, looks == 0 ? 0 : secondsSince + seconds);
        }
    }
}
