/**
 * Sizing: the connections that a pool and a fleet need, and whether PostgreSQL allows them. Uses {@code metrics} for
 * the advice, and the monitor connection for the fleet. Start with {@link app.rodmena.auth.capacity.PoolSizeAdvisor},
 * {@link app.rodmena.auth.capacity.CapacityPlan} and {@link app.rodmena.auth.capacity.FleetWatch}.
 */
package app.rodmena.auth.capacity;
