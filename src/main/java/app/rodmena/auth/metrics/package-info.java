/**
 * Numbers over time: how long callers waited, connections were used and opened, statements and requests took. A
 * Dropwizard {@link com.codahale.metrics.MetricRegistry}, reported over JMX in the domain {@code metrics}:
 *
 * <ul>
 *   <li>{@code pool.wait}, {@code pool.use}, {@code pool.creation}: timers
 *   <li>{@code pool.size}, {@code pool.max_overflow}, {@code pool.checked_out}, {@code pool.available},
 *       {@code pool.overflow}, {@code pool.connections}, {@code pool.waiting}, {@code pool.oldest_wait_millis},
 *       {@code pool.utilisation} (0 to 1): gauges
 *   <li>{@code pool.events.<kind>}, {@code pool.callers_served}, {@code pool.listener_failures},
 *       {@code pool.interceptor_failures}: gauges that only grow, since the engine was opened
 *   <li>{@code sql.<statement>}: a timer for each statement by name, as {@code sql.roles.list}, and
 *       {@code sql.<statement>.failures}: a counter of those that failed
 *   <li>{@code requests.<route>}: a timer for each route, as {@code requests.get.api.roles}, and
 *       {@code responses.<route>.<status>}: a counter of its answers
 *   <li>{@code requests.in_flight}: gauge
 * </ul>
 *
 * <p>A checkout for several callers counts once, with the wait of the first of them, which is the longest; each one's
 * own time is in {@code requests.<route>}. {@code pool.callers_served} counts every one of them, so that
 * {@code pool.callers_served + pool.events.timeout + pool.events.rejected} are all who came and do not wait now.
 *
 * <p>Counts grow from start on and are never reset. Percentiles, least and most are of the last minute, rates of the
 * last 1, 5 and 15, all exactly counted and none sampled or decayed; {@link app.rodmena.auth.metrics.Metrics#reset}
 * lets these begin anew.
 */
package app.rodmena.auth.metrics;
