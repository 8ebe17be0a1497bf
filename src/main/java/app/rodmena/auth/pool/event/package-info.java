/**
 * Pool events, their listeners and their log, and interceptors of checkouts. Uses only the JDK and SLF4J, so that an
 * embedder's listener or interceptor depends on nothing else. Start with {@link app.rodmena.auth.pool.event.PoolEvent}
 * and {@link app.rodmena.auth.pool.event.PoolListener}.
 */
package app.rodmena.auth.pool.event;
