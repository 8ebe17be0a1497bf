/**
 * Metrics over time: waits for connections, uses and openings of connections, statements and requests. A Dropwizard
 * {@link com.codahale.metrics.MetricRegistry}, exported over JMX in the domain {@code metrics}:
 *
 * <ul>
 *   <li>{@code pool.wait}, {@code pool.use}, {@code pool.creation}: timers
 *   <li>{@code pool.<number>}, such as {@code pool.checked_out}: a gauge per number of
 *       {@link app.rodmena.auth.pool.PoolView}
 *   <li>{@code pool.events.<kind>}, {@code pool.callers_served}, {@code pool.listener_failures},
 *       {@code pool.interceptor_failures}: gauges of totals since the engine was opened
 *   <li>{@code sql.<statement>}: a timer per named statement, such as {@code sql.roles.list}, and
 *       {@code sql.<statement>.failures}: a counter of its failures
 *   <li>{@code requests.<route>}: a timer per route, such as {@code requests.get.api.roles}, and
 *       {@code responses.<route>.<status>}: a counter of its responses
 *   <li>{@code requests.in_flight}: gauge
 * </ul>
 *
 * <p>The checkout of a batch counts once, with the wait of its first caller, which is the longest;
 * {@code requests.<route>} contains the time of each request. {@code pool.callers_served} counts each caller of a
 * batch, so that {@code pool.callers_served + pool.events.timeout + pool.events.rejected} is the number of callers
 * whose wait has ended.
 *
 * <p>Counts start with the engine and are never reset. Percentiles, minimum and maximum cover the last minute, rates
 * the last 1, 5 and 15 minutes; every value is counted, without sampling or decay.
 * {@link app.rodmena.auth.metrics.Metrics#reset} restarts percentiles and rates.
 *
 * <p>Uses {@code database}, {@code database.activity}, {@code pool} and {@code pool.event}. Start with
 * {@link app.rodmena.auth.metrics.Metrics}.
 */
package app.rodmena.auth.metrics;
