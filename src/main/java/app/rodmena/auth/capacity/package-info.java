/**
 * Sizing: the connections that a pool and a fleet need, and whether PostgreSQL allows them. Uses metrics and queueing
 * for the advice, and the database's monitor connection for the fleet. Start with
 * {@link app.rodmena.auth.capacity.Adviser} and {@link app.rodmena.auth.capacity.FleetWatch}.
 */
package app.rodmena.auth.capacity;
