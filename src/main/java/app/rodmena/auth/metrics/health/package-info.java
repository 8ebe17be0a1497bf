/**
 * Health reports for probes and load balancers, from state that is known already: no query is sent. Start with
 * {@link app.rodmena.auth.metrics.health.Health}.
 */
package app.rodmena.auth.metrics.health;
