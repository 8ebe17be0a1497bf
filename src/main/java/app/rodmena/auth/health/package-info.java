/**
 * Health checks for probes and load balancers. Uses the database engine's availability and numbers only. Start with
 * {@link app.rodmena.auth.health.Health}.
 */
package app.rodmena.auth.health;
