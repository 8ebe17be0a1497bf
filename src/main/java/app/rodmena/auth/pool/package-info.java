/**
 * The connection pool: a fair admission queue, a limit on the number of connections, and HikariCP, which holds the idle
 * connections and hands them out.
 *
 * <p>Uses the packages events and postgres. HikariCP is used in this package only. Start with
 * {@link app.rodmena.auth.pool.Pool}, then {@link app.rodmena.auth.pool.AdmissionQueue} and
 * {@link app.rodmena.auth.pool.PhysicalConnection}.
 */
package app.rodmena.auth.pool;
