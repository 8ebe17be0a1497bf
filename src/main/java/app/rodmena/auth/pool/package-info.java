/**
 * The connection pool: a fair admission queue, a limit on the number of connections, and HikariCP, which keeps the idle
 * connections and their proxies.
 *
 * <p>Uses {@code pool.event} and {@code postgres}; the only package that uses HikariCP. Start with
 * {@link app.rodmena.auth.pool.Pool}, then {@link app.rodmena.auth.pool.AdmissionQueue} and
 * {@link app.rodmena.auth.pool.PhysicalConnection}.
 */
package app.rodmena.auth.pool;
